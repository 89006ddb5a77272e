import type { RestrictionAct } from '../evidence/restriction-act.js';
import { type HoldSpec, type Restriction, scopeInWords, type WindowSpec } from './model.js';

/** What an act changes, in one line for people. @param before what the restriction said before, if it was in force */
export function actInWords(act: RestrictionAct, before: Restriction | undefined): string {
  if (act.verb === 'retire') return endedInWords(act.reason, before);
  switch (act.kind) {
    case 'window':
      return `${before === undefined ? 'new' : 'changed'} ${windowInWords(act.name, act.spec)}`;
    case 'hold':
      return holdsInWords(act.spec, before?.kind === 'hold' ? before.spec : undefined);
    case 'recall':
      return `recalled: ${act.spec.reason}`;
  }
}

/** What a window is, in one line. */
export function windowInWords(name: string, { kind, reason }: WindowSpec): string {
  return `${kind.toLowerCase()} window ${name}: ${reason}`;
}

function holdsInWords(after: HoldSpec, before: HoldSpec | undefined): string {
  const old = new Set((before?.holds ?? []).map(({ id }) => id));
  const kept = new Set(after.holds.map(({ id }) => id));
  const scope = scopeInWords(after);
  return [
    ...after.holds.filter(({ id }) => !old.has(id)).map(({ reason }) => `stopped ${scope}: ${reason}`),
    ...(before?.holds ?? [])
      .filter(({ id }) => !kept.has(id))
      .map(({ by, reason }) => `lifted the hold of ${by} on ${scope} (${reason})`),
  ].join('; ');
}

function endedInWords(reason: string, before: Restriction | undefined): string {
  switch (before?.kind) {
    case 'window':
      return `ended ${windowInWords(before.name, before.spec)}; ${reason}`;
    case 'hold': {
      const whose = [...new Set(before.spec.holds.map(({ by }) => by))].join(', ');
      return `resumed ${scopeInWords(before.spec)}, which ${whose} held: ${reason}`;
    }
    case 'recall':
      return `no longer recalled: ${reason}`;
    default:
      return `ended: ${reason}`;
  }
}
