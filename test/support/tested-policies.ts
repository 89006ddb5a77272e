/** The text of a policy `shop` whose only gate asks for a signed request, unless it asks for something else. */
export function shopPolicy({ name = 'shop', gate = 'rule: requester.known' } = {}): string {
  return `apiVersion: lanekeeper.dev/v1
kind: Policy
metadata: { name: ${name} }
spec:
  gates:
    - { id: asked, type: COMPLIANCE, lanes: [gold], ${gate} }
`;
}

/** The text of tests of a policy: cases, by name, of a promotion that nobody has signed, with the verdict that they expect. */
export function shopTests(
  cases: Readonly<Record<string, string>> = { 'nobody has signed': 'PENDING' },
  about = 'policy: shop',
): string {
  const lines = Object.entries(cases).map(
    ([name, verdict]) =>
      `    - { name: ${JSON.stringify(name)}, lane: gold, given: { requester: null }, expect: { gates: { asked: ${verdict} } } }\n`,
  );
  return `apiVersion: lanekeeper.dev/v1
kind: PolicyTest
metadata: { name: shop }
spec:
  ${about}
  now: 2026-03-02T12:00:00Z
  cases:
${lines.join('')}`;
}
