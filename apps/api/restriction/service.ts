import type { ServiceImpl } from '@connectrpc/connect';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { WindowAction } from '#gen/governance/v1/restriction_pb.js';
import type { RestrictionService } from '#gen/governance/v1/restriction_service_pb.js';
import { unverifiedStatement } from '../../../adapters/sigstore/verify-statement.js';
import { type WindowAction as ActionName, windowActions } from '../../../core/calendar/window.js';
import { parseRestrictionAct } from '../../../core/evidence/read-restriction-act.js';
import { lanes } from '../../../core/lanes.js';
import { statusOfLane } from '../../../core/restriction/closed.js';
import { keyText, type RestrictionKey, restrictionKinds } from '../../../core/restriction/model.js';
import { requirePrincipal } from '../../../store/identity/read.js';
import { requireProduct } from '../../../store/product/read.js';
import { listRestrictionChanges, listRestrictions } from '../../../store/restriction/list.js';
import { requireRestriction, restrictionsOn } from '../../../store/restriction/read.js';
import { fromLane, toLane } from '../convert.js';
import type { ApiDeps } from '../deps.js';
import { requireOwnTenant, throughEnrolment } from '../enrolment/client.js';
import { requireCaller } from '../identity/caller.js';
import { readCalendar, requireRange, toCalendarEntry } from './calendar.js';
import { fromKind, requireKind, toLaneOpening, toRestrictionChange, toRestrictionMessage } from './convert.js';

/** As many as a response may hold. */
const maxListed = { restrictions: 200, changes: 100 } as const;

/**
 * Windows, holds and recalls. The API may read them and not change them: a signed statement goes on to the enrolment
 * process, which verifies it; that the API has let a caller in counts for nothing there.
 */
export function createRestrictionService({
  database,
  enrolment,
  now,
}: ApiDeps): ServiceImpl<typeof RestrictionService> {
  return {
    async submitRestriction({ signedStatement }, context) {
      const { tenant } = requireCaller(context);
      requireOwnTenant(parseRestrictionAct(unverifiedStatement(signedStatement).statement), tenant);
      return throughEnrolment(() => enrolment.submitRestriction({ signedStatement }));
    },
    async getRestriction({ kind, name }, context) {
      const { tenant } = requireCaller(context);
      const key = { kind: requireKind(kind), name };
      return database.transaction(tenant, async (tx) => ({
        restriction: toRestrictionMessage(await requireRestriction(tx, key), now()),
      }));
    },
    async listRestrictions({ kind, product, lane, ended, after }, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        const found = await listRestrictions(tx, {
          ...{ kind: fromKind(kind), product: product === '' ? undefined : product, lane: fromLane(lane), ended },
          ...{ after: keyFrom(after), limit: maxListed.restrictions },
        });
        const last = found.length < maxListed.restrictions ? undefined : found.at(-1);
        return {
          restrictions: found.map((one) => toRestrictionMessage(one, now())),
          nextAfter: last === undefined ? '' : keyText(last.restriction),
        };
      });
    },
    async listRestrictionChanges({ kind, name, withStatements, before }, context) {
      const { tenant } = requireCaller(context);
      const key = { kind: requireKind(kind), name };
      return database.transaction(tenant, async (tx) => {
        await requireRestriction(tx, key);
        const changes = await listRestrictionChanges(tx, key, {
          ...{ limit: maxListed.changes, before: before === 0 ? undefined : before, statements: withStatements },
        });
        const oldest = changes.at(-1)?.revision ?? 1;
        return { changes: changes.map(toRestrictionChange), nextBefore: oldest > 1 ? oldest : 0 };
      });
    },
    async checkLanes({ product, lane, action, invoker, at }, context) {
      const { tenant, principal } = requireCaller(context);
      const asked = fromLane(lane);
      const when = at === undefined ? now() : timestampDate(at);
      return database.transaction(tenant, async (tx) => {
        await requireProduct(tx, product);
        const who = invoker === '' ? principal : await requirePrincipal(tx, invoker);
        const checked = [];
        for (const one of asked === undefined ? lanes : [asked]) {
          const subject = { product, lane: one, action: fromAction(action), invoker: who };
          const status = statusOfLane(await restrictionsOn(tx, subject), subject, when);
          checked.push({ lane: toLane(one), opening: toLaneOpening(status) });
        }
        return { lanes: checked, at: timestampFromDate(when) };
      });
    },
    async listCalendar({ product, lane, from, to }, context) {
      const { tenant } = requireCaller(context);
      const asked = { product, lane: fromLane(lane), ...requireRange(from, to) };
      const { entries, more } = await database.transaction(tenant, (tx) => readCalendar(tx, asked));
      return { entries: entries.map(toCalendarEntry), more };
    },
  };
}

function fromAction(action: WindowAction): ActionName {
  return windowActions.find((name) => WindowAction[name] === action) ?? 'DEPLOY';
}

function keyFrom(text: string): RestrictionKey | undefined {
  const at = text.indexOf('/');
  const kind = restrictionKinds.find((one) => one === text.slice(0, at));
  return kind && { kind, name: text.slice(at + 1) };
}
