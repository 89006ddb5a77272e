import fc from 'fast-check';
import type { PolicyFacts } from '../../core/policy/facts.js';
import { approval, evidence, facts } from './policy-facts.js';
import { commitFact, personFact } from './commit-facts.js';

const text = fc.string({ unit: 'binary', maxLength: 20 });
/** As it is written: a negative zero is written as zero. */
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

const anyEvidence = fc
  .record(
    { id: text, kind: text, registeredAt: text, problem: text, answers: fc.dictionary(text, json) },
    { requiredKeys: ['id', 'kind'] },
  )
  .map((changes) => evidence(changes));

const anyApproval = fc
  .record({ principal: text, comment: text, verb: fc.constantFrom('approve' as const, 'request-changes' as const) })
  .map(({ principal, ...changes }) => approval(principal, ['qa'], changes));

const anyCommit = text.map((name) => commitFact(personFact(name)));

/** Facts of any form, also with members that nobody has thought of. */
export const anyFacts: fc.Arbitrary<PolicyFacts> = fc
  .record({
    evidence: fc.array(anyEvidence, { maxLength: 8 }),
    approvals: fc.array(anyApproval, { maxLength: 4 }),
    brought: fc.array(anyCommit, { maxLength: 5 }),
    methodology: json,
    leftOut: fc.option(fc.dictionary(text, fc.nat()), { nil: undefined }),
    others: fc.dictionary(fc.constantFrom('transformation', 'products', 'baselines', 'somethingNew'), json),
  })
  .map(({ evidence: found, approvals, brought, methodology, leftOut, others }) => {
    const { bundle, ...rest } = facts({ evidence: found, approvals });
    return {
      ...rest,
      ...others,
      bundle: { ...bundle, methodology, commits: { ...bundle.commits, brought } },
      ...(leftOut !== undefined && { leftOut }),
    };
  });
