import type { Refusal } from '../../../core/decision/check.js';
import type { LanekeeperError } from '../../../core/errors.js';
import type { PolicyAct } from '../../../core/evidence/policy-act.js';
import { digestOfText } from '../../../core/governance/document.js';
import { parsePolicyTest } from '../../../core/policy/testing/parse-cases.js';
import { whyNotTestOf } from '../../../core/policy/testing/test-of.js';

/**
 * Tests that come with a draft are those that its author has signed, can be read, and are about its document. Whether they
 * pass is nobody's condition here: they decide nothing.
 *
 * @param tests empty for none
 * @throws EVIDENCE_INVALID, INVALID_POLICY
 */
export function requireSignedTests(
  tests: string,
  said: PolicyAct,
  refused: (said: PolicyAct, refusal: Refusal) => LanekeeperError,
): void {
  const refuse = (reason: string) => refused(said, { code: 'EVIDENCE_INVALID', reason });
  if (tests === '') {
    if (said.tests === undefined) return;
    throw refuse('the tests that were signed with it are not there');
  }
  if (said.tests !== digestOfText(tests)) throw refuse('its tests are not those that were signed');
  const { kind, name } = said.document;
  const why = whyNotTestOf(parsePolicyTest(tests, `tests of ${kind}/${name}`), said.document);
  if (why !== undefined) throw refuse(why);
}
