import { canonicalJson } from '../hash.js';
import type { AdviceEdition } from './advice.js';
import { evaluateGates } from './evaluate.js';
import type { RoundFacts } from './fact-sheet.js';
import type { GateResult } from './facts.js';
import type { PolicySnapshot } from './model.js';
import type { Notice, NoticeId } from './notice.js';
import type { RoundOutcome } from './verdict.js';

/** What a round of gates found, as it was recorded. */
export interface RecordedResults {
  readonly results: readonly GateResult[];
  readonly notices: readonly Notice[];
  readonly outcome: RoundOutcome;
  readonly reason: string;
  /** RFC 3339. */
  readonly recheckAt?: string;
}

/** A decision with everything that it was made from. */
export interface RecordedDecision extends RoundFacts {
  readonly snapshot: PolicySnapshot;
  /** RFC 3339: for which instant it was evaluated. */
  readonly evaluatedAt: string;
  readonly recorded: RecordedResults;
}

/** A part of a decision that is not what evaluating it again finds; both as canonical JSON, empty where there is none. */
export interface Difference {
  /** `outcome`, `reason`, `recheckAt`, `gate <id>` or `notice <id>`. */
  readonly part: string;
  readonly recorded: string;
  readonly replayed: string;
}

/** Notices that are not made from facts, but from the rules that were in force when a decision was made. */
const notFromFacts: ReadonlySet<string> = new Set<NoticeId>(['policy-edited', 'rules-unknown']);

/**
 * Evaluates a decision again, over the facts and at the instant that it was made on, and compares each part byte for byte
 * in canonical JSON. Notices that did not come from the facts count as given.
 *
 * @returns what differs; nothing, unless rows were changed or evaluation is another than it was
 */
export function replay({ snapshot, facts, evaluatedAt, recorded }: RecordedDecision): readonly Difference[] {
  const before = partsOf(recorded);
  const given = recorded.notices.filter(({ notice }) => notFromFacts.has(notice));
  const evaluatedIn = (advice: AdviceEdition) =>
    partsOf(evaluateGates(snapshot, facts, new Date(evaluatedAt), given, { advice }));
  const newest = differencesOf(before, evaluatedIn('newest'));
  if (newest.length === 0) return [];
  // What was decided is the same in both editions; what to do next was said in either.
  const earlier = evaluatedIn('earlier');
  return newest.filter(({ part, recorded: was }) => was !== earlier.get(part));
}

type Parts = ReadonlyMap<string, string>;

function differencesOf(before: Parts, after: Parts): readonly Difference[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((part) => {
    const difference = { part, recorded: before.get(part) ?? '', replayed: after.get(part) ?? '' };
    return difference.recorded === difference.replayed ? [] : [difference];
  });
}

/** Instants are compared as instants: the database keeps them in one form only. */
function partsOf({ results, notices, outcome, reason, recheckAt }: RecordedResults): Parts {
  return new Map([
    ['outcome', canonicalJson(outcome)],
    ['reason', canonicalJson(reason)],
    ...(recheckAt === undefined ? [] : [['recheckAt', canonicalJson(instant(recheckAt))] as const]),
    ...results.map((result) => [`gate ${result.gate}`, canonicalJson(withInstant(result))] as const),
    ...notices.map((notice) => [`notice ${notice.notice}`, canonicalJson(notice)] as const),
  ]);
}

function withInstant({ recheckAt, ...result }: GateResult): GateResult {
  return recheckAt === undefined ? result : { ...result, recheckAt: instant(recheckAt) };
}

function instant(text: string): string {
  return new Date(text).toISOString();
}
