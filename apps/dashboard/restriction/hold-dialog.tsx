import { createClient } from '@connectrpc/connect';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { useState } from 'react';
import { type Restriction, RestrictionKind, WindowAction } from '#gen/governance/v1/restriction_pb.js';
import { RestrictionService } from '#gen/governance/v1/restriction_service_pb.js';
import { isLane, lanes, type Lane } from '../../../core/lanes.js';
import { type Hold, heldActions, nameOfHold, scopeInWords } from '../../../core/restriction/model.js';
import { withHold } from '../../../core/restriction/rules.js';
import { transport } from '../connection/transport.js';
import { SignForm } from '../decision/sign-form.js';
import { type OwnSigning, signRestriction } from '../decision/sign.js';
import { usePerson } from '../identity/person.js';
import { announce } from '../parts/announcer.js';
import { Command } from '../parts/copy.js';
import { Dialog } from '../parts/dialog.js';
import css from './hold-dialog.module.css';

/** The longest reason of a hold. */
const maxReason = 500;

/** Asks what is to be stopped and why, signs it with the key of this browser, and sends it. */
export function HoldDialog({
  product,
  lane: given,
  onClose,
}: {
  readonly product: string;
  /** The lane that is chosen at first; every lane if absent. */
  readonly lane?: Lane | undefined;
  readonly onClose: () => void;
}) {
  const { tenant } = usePerson();
  const [lane, setLane] = useState(given);
  const [isAll, setAll] = useState(false);
  const scope = { product, ...(lane !== undefined && { lane }) };
  const args = `${product}${lane === undefined ? '' : ` --lane ${lane}`}`;
  const stops = isAll ? heldActions : (['DEPLOY'] as const);
  return (
    <Dialog title="Stop the line" onClose={onClose}>
      <p>
        No promotion takes {lane === undefined ? `any lane of ${product}` : scopeInWords(scope)} from now on, until
        somebody lifts this. Promotions can still be requested and approved; they wait. One that has begun to deploy
        finishes.
      </p>
      <p className={css['small']}>
        A key of a browser stops and does not open. Lifting it takes a terminal:{' '}
        <Command command={`lane resume ${args} --reason TEXT`} label="" />
      </p>
      <SignForm
        name="stop the line"
        kind="danger"
        label="Why, in one line: everybody who waits reads it"
        isTextNeeded
        maxLength={maxReason}
        command={`lane hold ${args}${isAll ? ' --rollbacks' : ''} --reason TEXT`}
        send={async (text, _sign, own) => {
          const reason = (text ?? '').replace(/\s+/g, ' ');
          await hold({ tenant, scope, reason, stops }, own);
        }}
        onSent={() => {
          announce(`${scopeInWords(scope)} is held`);
          onClose();
        }}
      >
        <label className={css['field']}>
          What
          <select
            value={lane ?? ''}
            onChange={({ target }) => setLane(isLane(target.value) ? target.value : undefined)}
          >
            <option value="">every lane of {product}</option>
            {lanes.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
        <label className={css['check']}>
          <input type="checkbox" checked={isAll} onChange={({ target }) => setAll(target.checked)} />
          Stop rollbacks, too
        </label>
      </SignForm>
    </Dialog>
  );
}

interface WantedHold {
  readonly tenant: string;
  readonly scope: { readonly product: string; readonly lane?: Lane };
  readonly reason: string;
  readonly stops: Hold['stops'];
}

/** Adds a hold to those of its scope. Whoever has changed these meanwhile makes it be refused, and it can be sent again. */
async function hold({ tenant, scope, reason, stops }: WantedHold, own: OwnSigning): Promise<void> {
  const client = createClient(RestrictionService, transport);
  const name = nameOfHold(scope);
  // Its scopes are few, and one that nobody has ever held is no error.
  const { restrictions } = await client.listRestrictions({
    ...{ kind: RestrictionKind.HOLD, product: scope.product, ended: true },
  });
  const current = restrictions.find((one) => one.name === name);
  const [id = 0] = crypto.getRandomValues(new Uint32Array(1));
  const signedStatement = await signRestriction(own, (said) => {
    const added = { id: id.toString(16).padStart(8, '0'), by: said.principal, since: said.issuedAt, reason, stops };
    const spec = withHold({ ...scope, holds: holdsOf(current) }, added);
    return { ...said, tenant, verb: 'put', kind: 'hold', name, revision: current?.revision ?? 0, spec };
  });
  await client.submitRestriction({ signedStatement });
}

/** The holds of a scope as they are signed. */
function holdsOf(restriction: Restriction | undefined): readonly Hold[] {
  if (restriction?.spec.case !== 'held' || restriction.retired) return [];
  return restriction.spec.value.holds.map(({ id, by, reason, since, stops }) => ({
    ...{ id, by, reason, since: since === undefined ? '' : timestampDate(since).toISOString() },
    stops: heldActions.filter((action) => stops.includes(WindowAction[action])),
  }));
}
