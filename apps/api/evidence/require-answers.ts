import { hasNoPath } from '../../../core/policy/hotfix-path.js';
import { newestGates } from '../../../activities/policy/newest-gates.js';
import { type Preparation, whenPrepared } from '../../../activities/policy/preparation.js';
import { didYouMean } from '../../../core/did-you-mean.js';
import { LanekeeperError } from '../../../core/errors.js';
import { parseRecord } from '../../../core/evidence/record.js';
import type { Statement } from '../../../core/evidence/statement.js';
import { lanes } from '../../../core/lanes.js';
import { problemsOfAnswers } from '../../../core/policy/answers-given.js';
import type { ChecklistRule } from '../../../core/policy/demands.js';
import { promotionKinds } from '../../../core/promotion/state.js';
import type { Transaction } from '../../../store/database.js';
import type { ApiDeps } from '../deps.js';

/**
 * Answers have to be to questions that a gate of the product asks by the rules in force, so that whoever mistypes learns it at once.
 * That they are attached says nothing about the gate: each round judges them again, by its own snapshot.
 *
 * @throws EVIDENCE_INVALID, and POLICY_UNTRUSTED or INVALID_POLICY while it is not known what gates ask
 */
export async function requireAnswers(
  deps: ApiDeps,
  tenant: string,
  product: string,
  statement: Statement,
): Promise<void> {
  const { values, answers = {} } = parseRecord(statement);
  const gate = String(values['checklist']);
  const asked = await whenPrepared(deps, tenant, (known) =>
    deps.database.transaction(tenant, (tx) => checklistsOf(tx, known, product)),
  );
  const rules = asked.rules.get(gate) ?? [];
  if (rules.length === 0) {
    if (asked.problem !== undefined) throw asked.problem;
    throw noSuchGate(gate, product, [...asked.rules.keys()]);
  }
  // A gate may ask something else in each lane.
  const problems = rules.map((rule) => problemsOfAnswers(answers, rule));
  if (problems.some((found) => found.length === 0)) return;
  throw new LanekeeperError('EVIDENCE_INVALID', {
    message: `these are no answers to the questions of gate ${gate}`,
    object: `gate ${gate}`,
    why: [...new Set(problems.map((found) => found.join('; ')))].join('; or in another lane: '),
    next: `correct the file of answers; what is asked: lane get policy --product ${product}`,
  });
}

interface Checklists {
  /** What gates of a name ask, in whichever lane. */
  readonly rules: ReadonlyMap<string, readonly ChecklistRule[]>;
  /** Why the gates of a lane are not known. */
  readonly problem: LanekeeperError | undefined;
}

async function checklistsOf(tx: Transaction, known: Preparation, product: string): Promise<Checklists> {
  const rules = new Map<string, ChecklistRule[]>();
  let problem: LanekeeperError | undefined;
  for (const lane of lanes)
    for (const kind of promotionKinds) {
      const newest = await newestGates(tx, known, { product, lane, kind });
      if ('problem' in newest) {
        if (!hasNoPath(newest.problem)) problem ??= newest.problem;
        continue;
      }
      for (const { id, checklist } of newest.snapshot.gates)
        if (checklist !== undefined) rules.set(id, [...(rules.get(id) ?? []), checklist]);
    }
  return { rules, problem };
}

function noSuchGate(gate: string, product: string, names: readonly string[]): LanekeeperError {
  return new LanekeeperError('EVIDENCE_INVALID', {
    message: `no gate ${gate} of ${product} asks questions${didYouMean(gate, names)}`,
    object: `gate ${gate}`,
    why:
      names.length === 0
        ? `by the rules in force no gate of ${product} asks any`
        : `by the rules in force these do: ${names.slice(0, 20).join(', ')}`,
    next: `lane get policy --product ${product}, then lane evidence attach BUNDLE --kind checklist --checklist GATE --answers FILE`,
  });
}
