import { randomBytes } from 'node:crypto';
import { type Restriction, RestrictionKind, RestrictionSchema } from '#gen/governance/v1/restriction_pb.js';
import {
  type HeldAction,
  heldActions,
  type Hold,
  type HoldSpec,
  nameOfHold,
  scopeInWords,
} from '../../../core/restriction/model.js';
import { listInWords } from '../../../core/list-in-words.js';
import { withHold } from '../../../core/restriction/rules.js';
import { usageError } from '../errors/report-error.js';
import type { ExitCode } from '../errors/exit-codes.js';
import { harmless } from '../output/harmless.js';
import { toPlain } from '../output/plain.js';
import { relativeTime } from '../output/relative-time.js';
import { renderTable } from '../output/table.js';
import { laneOf } from '../output/words.js';
import type { Context } from '../program/context.js';
import { holdsOf, scopeOfHeldInWords } from './held.js';
import { findRestriction, listAll, revisionOf, submitRestrictionAct, undone } from './submit.js';

/** What is held or resumed. */
export interface ScopeOptions {
  readonly lane?: string;
  readonly all?: true;
}

/** Stops the line: no promotion takes a lane of the scope until somebody lifts the hold. */
export async function hold(
  context: Context,
  product: string | undefined,
  options: ScopeOptions & {
    readonly reason: string;
    readonly hotfixes?: true;
    readonly rollbacks?: true;
    readonly yes?: true;
  },
): Promise<ExitCode | undefined> {
  const scope = scopeFrom(product, options);
  const name = nameOfHold(scope);
  const current = await findRestriction(context, RestrictionKind.HOLD, name);
  for (const one of holdsOf(current)) context.terminal.note(harmless(inForce(one, context)));
  const stops: readonly HeldAction[] = [
    'DEPLOY',
    ...(options.hotfixes === true ? (['HOTFIX'] as const) : []),
    ...(options.rollbacks === true ? (['ROLLBACK'] as const) : []),
  ];
  if (!(await context.confirm(`Stop ${scopeInWords(scope)} as ${context.person}?`, options.yes === true)))
    return undone(context);
  const id = randomBytes(4).toString('hex');
  const held = await submitRestrictionAct(context, (said) => {
    const own = { id, by: said.principal, since: said.issuedAt, reason: options.reason, stops };
    const spec = withHold({ ...scope, holds: holdsOf(current) }, own);
    return { ...said, verb: 'put', kind: 'hold', name, revision: revisionOf(current), spec };
  });
  await showHolds(context, [held]);
  const which = holdsOf(held).length > 1 ? ` --hold ${id}` : '';
  context.terminal.note(`lift it with: lane resume ${argumentsOf(scope)}${which} --reason TEXT`);
  return undefined;
}

/** Lifts a hold: one of several by its id. */
export async function resume(
  context: Context,
  product: string | undefined,
  options: ScopeOptions & { readonly reason: string; readonly hold?: string; readonly yes?: true },
): Promise<ExitCode | undefined> {
  const scope = scopeFrom(product, options);
  const name = nameOfHold(scope);
  const current = await findRestriction(context, RestrictionKind.HOLD, name);
  const holds = holdsOf(current);
  const lifted = pick(holds, options.hold, scope);
  context.terminal.note(harmless(inForce(lifted, context)));
  if (!(await context.confirm(`Lift this as ${context.person}?`, options.yes === true))) return undone(context);
  const left = holds.filter(({ id }) => id !== lifted.id);
  const after = await submitRestrictionAct(context, (said) => {
    const about = { ...said, kind: 'hold', name, revision: revisionOf(current), reason: options.reason } as const;
    return left.length === 0
      ? { ...about, verb: 'retire' }
      : { ...about, verb: 'put', spec: { ...scope, holds: left } };
  });
  await showHolds(context, [after]);
  return undefined;
}

/** Shows what is held. */
export async function listHolds(context: Context, product: string | undefined): Promise<undefined> {
  await showHolds(
    context,
    await listAll(context, { kind: RestrictionKind.HOLD, ...(product !== undefined && { product }) }),
  );
  return undefined;
}

async function showHolds(context: Context, scopes: readonly Restriction[]): Promise<void> {
  const rows = scopes.flatMap((one) => holdsOf(one).map((each) => [scopeOfHeldInWords(one), each] as const));
  await context.show.list(
    'Restriction',
    scopes.map((one) => toPlain(RestrictionSchema, one)),
    () =>
      rows.length === 0
        ? 'nothing is held'
        : renderTable(
            ['HOLD', 'WHAT', 'BY', 'SINCE', 'STOPS', 'REASON'].map((title) => context.terminal.colours.dim(title)),
            rows.map(([scope, { id, by, since, stops, reason }]) => [
              ...[id, scope, by, relativeTime(since, context.now())],
              ...[stoppedInWords(stops), reason],
            ]),
          ),
  );
}

const stopped: Readonly<Record<HeldAction, string>> = {
  DEPLOY: 'promotions',
  HOTFIX: 'hotfixes',
  ROLLBACK: 'rollbacks',
};

function stoppedInWords(stops: readonly string[]): string {
  return listInWords(heldActions.filter((action) => stops.includes(action)).map((action) => stopped[action]));
}

function inForce({ id, by, since, reason }: Hold, context: Context): string {
  return `hold ${id}, by ${by} ${relativeTime(since, context.now())}: ${reason}`;
}

function pick(holds: readonly Hold[], id: string | undefined, scope: Pick<HoldSpec, 'product' | 'lane'>): Hold {
  const found = id === undefined ? holds : holds.filter((one) => one.id.startsWith(id));
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  const words = scopeInWords(scope);
  if (holds.length === 0)
    throw usageError(
      `nothing holds ${words}`,
      'lane holds shows what is held; a wider hold is lifted by its own scope',
    );
  if (only === undefined) throw usageError(`no hold of ${words} has the id ${id ?? ''}`, 'lane holds shows their ids');
  const list = found.map((one) => `${one.id} by ${one.by}: ${one.reason}`).join('; ');
  throw usageError(`${words} is held for several reasons: ${list}`, 'say which one to lift with --hold ID');
}

function scopeFrom(product: string | undefined, { lane, all }: ScopeOptions): Pick<HoldSpec, 'product' | 'lane'> {
  if ((product === undefined) !== (all === true))
    throw usageError(
      product === undefined ? 'it is not said what is meant' : 'a product and --all contradict each other',
      'name a product, or pass --all for every product',
    );
  return { ...(product !== undefined && { product }), ...(lane !== undefined && { lane: laneOf(lane).name }) };
}

function argumentsOf({ product, lane }: Pick<HoldSpec, 'product' | 'lane'>): string {
  return `${product ?? '--all'}${lane === undefined ? '' : ` --lane ${lane}`}`;
}
