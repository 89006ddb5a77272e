import { evaluateGates } from '../policy/evaluate.js';
import type { GateResult, PolicyFacts } from '../policy/facts.js';
import type { Gate, PolicySnapshot } from '../policy/model.js';
import { missingSoakMs } from '../policy/terms/soak.js';
import { isBlocking } from '../policy/verdict.js';
import type { LaneStatus } from '../restriction/closed.js';

/** What a forecast looks at. */
export interface Outlook {
  readonly snapshot: PolicySnapshot;
  readonly facts: PolicyFacts;
  /** What closes the lane to the promotion at an instant. */
  readonly laneAt: (at: Date) => LaneStatus;
  /** What refuses its request at an instant; absent where it is requested already. */
  readonly requestAt?: ((at: Date) => LaneStatus) | undefined;
  /** What refuses approvals at an instant; absent where nothing can. */
  readonly approvalsAt?: ((at: Date) => LaneStatus) | undefined;
  /** It fails if it has not begun to deploy by then. */
  readonly notAfter?: Date | undefined;
}

/** Something that happens by itself. */
export type Foreseen =
  | { readonly type: 'passes' | 'lapses'; readonly at: Date; readonly result: GateResult }
  | { readonly type: 'opens' | 'closes'; readonly at: Date; readonly status: LaneStatus }
  | {
      readonly type: 'admits';
      readonly at: Date;
      readonly status: LaneStatus;
      readonly action: 'requests' | 'approvals';
    }
  | { readonly type: 'starts' | 'fails'; readonly at: Date };

/** Something that ends only when somebody does something. */
export type Needed =
  | { readonly type: 'gate'; readonly from: Date; readonly gate: Gate; readonly result: GateResult }
  | { readonly type: 'lane' | 'requests'; readonly from: Date; readonly status: LaneStatus }
  | { readonly type: 'notice'; readonly from: Date; readonly words: string; readonly next: string }
  | { readonly type: 'horizon'; readonly from: Date };

/** What will be. */
export interface Forecast {
  readonly foreseen: readonly Foreseen[];
  readonly needed: readonly Needed[];
  /**
   * When the promotion takes the lane: by itself where nothing is needed, else at the earliest if everybody did that at once.
   * Absent where it fails before, and where nobody can say.
   */
  readonly startsAt?: Date;
}

/** After so many instants nobody can say any more. */
const maxInstants = 400;

/** How far ahead is looked, in milliseconds. */
const horizonMs = 800 * 86_400_000;

/** How many openings and closings of the lane are told. */
const maxOpenings = 40;

/**
 * What happens to a promotion if nobody does anything more, instant by instant, as its workflow will find it: gates are
 * judged when time can change their verdicts; once they pass it waits for its lane, and they are judged again when that opens.
 * Pure: the same functions that decide then are asked now. What ends only by somebody's doing is taken as done at once from
 * there on, and told.
 */
export function foresee(outlook: Outlook, now: Date): Forecast {
  const foreseen: Foreseen[] = [];
  const needed: Needed[] = [];
  const end = run(new Ahead(outlook, now), now, foreseen, needed);
  const until = end ?? foreseen.at(-1)?.at ?? now;
  return {
    foreseen: [...foreseen, ...openings(outlook, now, until)].sort(inOrder),
    needed,
    ...(end !== undefined && { startsAt: end }),
  };
}

/** Where a forecast has arrived. */
class Ahead {
  readonly outlook: Outlook;
  readonly #gates: Map<string, Gate>;
  readonly #before = new Map<string, GateResult>();
  at: Date;

  constructor(outlook: Outlook, now: Date) {
    this.outlook = outlook;
    this.at = now;
    this.#gates = new Map(outlook.snapshot.gates.map((gate) => [gate.id, gate]));
  }

  /**
   * What blocks now, and what has changed since the instant before. Only gates that say that time can have changed their
   * verdict are judged again.
   */
  judge(): { readonly blocking: readonly GateResult[]; readonly changes: readonly Foreseen[] } {
    const { snapshot, facts } = this.outlook;
    const due = [...this.#gates.values()].filter(({ id }) => {
      const before = this.#before.get(id);
      return before === undefined || (before.recheckAt !== undefined && !isLater(before.recheckAt, this.at));
    });
    const { results } = evaluateGates({ ...snapshot, gates: due }, facts, this.at);
    const changes = results.flatMap((result): Foreseen[] => {
      const before = this.#before.get(result.gate);
      if (before === undefined || isBlocking(before) === isBlocking(result)) return [];
      const turned = before.recheckAt === undefined ? this.at : new Date(before.recheckAt);
      return [{ type: isBlocking(result) ? 'lapses' : 'passes', at: turned < this.at ? turned : this.at, result }];
    });
    for (const result of results) this.#before.set(result.gate, result);
    return { blocking: [...this.#before.values()].filter(isBlocking), changes };
  }

  /** Takes what a gate needs of people as done: what it has to wait for then is time. @returns the gate as it was */
  takeAsDone(name: string): { readonly gate: Gate; readonly soakedAt: Date | undefined } {
    const gate = this.#gates.get(name);
    if (gate === undefined) throw new TypeError(`there is no gate ${name}`);
    const { soak, window, ...rest } = gate;
    const { id, type, lanes, kinds, severity, message } = rest;
    const missing = soak === undefined ? undefined : missingSoakMs(soak, this.outlook.facts, this.at);
    const bare: Gate = { id, type, lanes, kinds, severity, message };
    // Once only: what still needs somebody then is left out.
    const isBare = Object.keys(gate).every((key) => key === 'window' || key === 'soak' || Object.hasOwn(bare, key));
    const keepsSoak = soak !== undefined && missing?.live === true;
    const left = { ...bare, ...(keepsSoak && { soak }), ...(window !== undefined && { window }) };
    if ((isBare && !(soak !== undefined && !keepsSoak)) || (left.soak === undefined && left.window === undefined))
      this.#gates.delete(name);
    else this.#gates.set(name, left);
    this.#before.delete(name);
    const soakedAt =
      missing === undefined || missing.live || missing.ms <= 0 ? undefined : new Date(this.at.getTime() + missing.ms);
    return { gate, soakedAt };
  }
}

/** @returns when it takes the lane, if that can be said */
function run(ahead: Ahead, now: Date, foreseen: Foreseen[], needed: Needed[]): Date | undefined {
  const { outlook } = ahead;
  const last = new Date(now.getTime() + horizonMs);
  if (outlook.requestAt !== undefined) {
    const status = outlook.requestAt(now);
    if (status.closures.length > 0) {
      const opens = opensAt(outlook.requestAt, now, last);
      if (opens === undefined) {
        needed.push({ type: 'requests', from: now, status });
        return undefined;
      }
      foreseen.push({ type: 'admits', at: opens, status, action: 'requests' });
      ahead.at = opens;
    }
  }
  for (let count = 0; count < maxInstants && ahead.at <= last; count += 1) {
    const { at } = ahead;
    const { notAfter } = outlook;
    if (notAfter !== undefined && notAfter <= at) {
      foreseen.push({ type: 'fails', at: notAfter });
      return undefined;
    }
    const { blocking, changes } = ahead.judge();
    foreseen.push(...changes);
    const [stuck] = blocking.filter(({ waitsFor, recheckAt }) => waitsFor !== 'time' || !isLater(recheckAt, at));
    if (stuck !== undefined) {
      ahead.at = take(
        ahead,
        blocking.filter((one) => one.waitsFor !== 'time' || !isLater(one.recheckAt, at)),
        {
          foreseen,
          needed,
          last,
        },
      );
      continue;
    }
    if (blocking.length > 0) {
      ahead.at = earliest(blocking);
      continue;
    }
    const status = outlook.laneAt(at);
    if (status.closures.length === 0) {
      foreseen.push({ type: 'starts', at });
      return at;
    }
    const next = status.nextOpen ?? status.lookAgainAt;
    if (next === undefined || next <= at) {
      needed.push({ type: 'lane', from: at, status });
      return undefined;
    }
    ahead.at = next;
  }
  needed.push({ type: 'horizon', from: ahead.at });
  return undefined;
}

/** Tells what has to be done for gates, and goes on where it could be done at the earliest. */
function take(
  ahead: Ahead,
  stuck: readonly GateResult[],
  { foreseen, needed, last }: { readonly foreseen: Foreseen[]; readonly needed: Needed[]; readonly last: Date },
): Date {
  const { at, outlook } = ahead;
  let next = at;
  for (const result of stuck) {
    const { gate, soakedAt } = ahead.takeAsDone(result.gate);
    // What a part of it needed was told when all of it was taken as done.
    if (needed.every((one) => one.type !== 'gate' || one.gate.id !== gate.id))
      needed.push({ type: 'gate', from: at, gate, result });
    if (soakedAt !== undefined && soakedAt > next) next = soakedAt;
    if (!result.clauses.some(({ term, verdict }) => term === 'approvals' && verdict !== 'PASS')) continue;
    const status = outlook.approvalsAt?.(at);
    if (outlook.approvalsAt === undefined || status === undefined || status.closures.length === 0) continue;
    const opens = opensAt(outlook.approvalsAt, at, last);
    if (opens === undefined) continue;
    if (!foreseen.some((one) => one.type === 'admits' && one.action === 'approvals'))
      foreseen.push({ type: 'admits', at: opens, status, action: 'approvals' });
    if (opens > next) next = opens;
  }
  return next;
}

/** When something that is closed opens. */
function opensAt(statusAt: (at: Date) => LaneStatus, from: Date, last: Date): Date | undefined {
  let at = from;
  for (let count = 0; count < maxOpenings && at <= last; count += 1) {
    const status = statusAt(at);
    if (status.closures.length === 0) return at;
    const next = status.nextOpen ?? status.lookAgainAt;
    if (next === undefined || next <= at) return undefined;
    at = next;
  }
  return undefined;
}

/** When the lane opens and closes until an instant. */
function openings(outlook: Outlook, now: Date, until: Date): readonly Foreseen[] {
  const found: Foreseen[] = [];
  let at = now;
  let closed: LaneStatus | undefined;
  for (let count = 0; count < maxInstants && found.length < maxOpenings; count += 1) {
    const status = outlook.laneAt(at);
    const isClosed = status.closures.length > 0;
    if (isClosed && closed === undefined && at > now) found.push({ type: 'closes', at, status });
    if (!isClosed && closed !== undefined) found.push({ type: 'opens', at, status: closed });
    closed = isClosed ? status : undefined;
    const next = isClosed ? (status.nextOpen ?? status.lookAgainAt) : (status.nextClose ?? status.lookAgainAt);
    if (next === undefined || next <= at || next > until) break;
    at = next;
  }
  return found;
}

function isLater(recheckAt: string | undefined, at: Date): boolean {
  return recheckAt !== undefined && Date.parse(recheckAt) > at.getTime();
}

function earliest(results: readonly GateResult[]): Date {
  return new Date(
    Math.min(...results.flatMap(({ recheckAt }) => (recheckAt === undefined ? [] : [Date.parse(recheckAt)]))),
  );
}

/** What happens at the same instant: what passes and opens comes before what follows from it. */
const ranks: readonly Foreseen['type'][] = ['lapses', 'closes', 'admits', 'passes', 'opens', 'starts', 'fails'];

function inOrder(a: Foreseen, b: Foreseen): number {
  const time = a.at.getTime() - b.at.getTime();
  return time === 0 ? ranks.indexOf(a.type) - ranks.indexOf(b.type) : time;
}
