import type { EvidenceRule, MetricRule } from './demands.js';
import { type RoleTitles, rolesWords } from './role-words.js';

/** Evidence that a release makes, and nobody attaches. */
const madeByRelease: ReadonlySet<string> = new Set([
  'provenance',
  'sbom-spdx',
  'sbom-cyclonedx',
  'signature',
  'commits',
]);

/**
 * How people provide evidence of a kind; undefined where they cannot: it is made by a release, about a part of the bundle, or trusted
 * from no person.
 */
export function howToAttach(
  { kind, per, signers: { roles } }: Pick<EvidenceRule, 'kind' | 'per' | 'signers'>,
  titles?: RoleTitles,
): string | undefined {
  if (roles === undefined || per !== 'bundle' || madeByRelease.has(kind)) return undefined;
  return `somebody of ${rolesWords(roles, titles)} attaches it: lane evidence attach {bundle} --kind ${kind} ${contentOf(kind)}`;
}

function contentOf(kind: string): string {
  if (kind === 'preview-check') return '--report FILE --url ADDRESS';
  return kind === 'test-result' ? '--report FILE' : '--value NAME=VALUE';
}

/** How a value of a metric is recorded about a bundle. */
export function howToMeasure({ name, signers: { roles } }: MetricRule, bundle: string, titles?: RoleTitles): string {
  const command = `lane evidence attach ${bundle} --kind metric --value ${name}=NUMBER`;
  return roles === undefined
    ? `a machine whose key the gate trusts records it, as people do with: ${command}`
    : `somebody of ${rolesWords(roles, titles)} records it: ${command}`;
}

/** How the questions of a gate are answered. */
export function howToAnswer(gate: string, roles: readonly string[], titles?: RoleTitles): string {
  return `somebody of ${rolesWords(roles, titles)} answers: lane evidence attach {bundle} --kind checklist --checklist ${gate} --answers FILE`;
}
