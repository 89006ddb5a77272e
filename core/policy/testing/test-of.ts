import type { DocumentName } from '../../governance/document.js';
import type { PolicyTest } from './parse-cases.js';

/** Why a test cannot come with a version of a document: it is about another one; undefined where it can. */
export function whyNotTestOf(
  { name: test, policy, profile }: Pick<PolicyTest, 'name' | 'policy' | 'profile'>,
  { kind, name }: DocumentName,
): string | undefined {
  if (kind !== 'policy' && kind !== 'profile') return 'only policies and profiles have tests';
  const about = kind === 'policy' ? policy : profile;
  if (about === name) return undefined;
  const instead = about === undefined ? `it names no ${kind}` : `it is about ${kind} ${about}`;
  return `test ${test} is not about ${kind} ${name}: ${instead}`;
}
