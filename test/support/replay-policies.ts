/** A policy file with these gates, each the inside of a YAML flow mapping. */
export function policyOf(...gates: readonly string[]): string {
  const head = 'apiVersion: lanekeeper.dev/v1\nkind: Policy\nmetadata: { name: proposed }\nspec:\n  gates:\n';
  return `${head}${gates.map((gate) => `    - { ${gate} }\n`).join('')}`;
}

/** Asks for what every sealed bundle has. */
export const testsPassed =
  'id: tests-passed, type: TESTS, evidence: { kind: test-result, per: image, signers: { purposes: [build] } }';

/** Asks for a kind of evidence of which no other gate has asked. */
export const scanned =
  'id: scanned, type: SCAN, evidence: { kind: sast-report, per: bundle, signers: { purposes: [build] } }';

/** Never holds. */
export const impossible = 'id: impossible, type: COMPLIANCE, rule: "lane == \'platinum\'"';

/** Takes longer than anybody waits: nine to the power of nine steps. */
export const endless = `id: endless, type: COMPLIANCE, rule: "${nested(9)}"`;

/** A rule that a version may have, and that takes as long as one may: nine to the power of seven steps, were it not ended. */
export const longest = nested(7);

function nested(depth: number): string {
  const numbers = '[1,2,3,4,5,6,7,8,9]';
  return depth === 0 ? 'true' : `${numbers}.all(x${String(depth)}, ${nested(depth - 1)})`;
}
