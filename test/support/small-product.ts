/** The files of a product with one service, no SDK, no packages and a passing test. */
export function smallProduct(
  change: {
    readonly build?: string;
    readonly test?: string;
    readonly name?: string;
    readonly entry?: string;
    readonly seconds?: number;
    readonly network?: 'none';
    /** The build command of an SDK, which it has none of without. */
    readonly sdk?: string;
  } = {},
): Record<string, string> {
  const test = change.test ?? `printf '<testsuites><testcase name="runs"/></testsuites>' > "$JUNIT_FILE"`;
  return {
    'lanekeeper.yaml': [
      'apiVersion: lanekeeper.dev/v1',
      'kind: Product',
      `metadata: { name: ${change.name ?? 'small'} }`,
      'spec:',
      '  services:',
      '    - name: web',
      '      path: .',
      `      entry: ${change.entry ?? 'server.mjs'}`,
      `      build: ${JSON.stringify(change.build === undefined ? [] : [change.build])}`,
      `      test: ${JSON.stringify([test])}`,
      ...(change.sdk === undefined ? [] : sdk(change.sdk)),
      ...(change.network === undefined ? [] : [`  network: ${change.network}`]),
      `  timeouts: { buildSeconds: ${change.seconds ?? 120}, testSeconds: ${change.seconds ?? 120} }`,
      '',
    ].join('\n'),
    'package.json': JSON.stringify({ name: 'small', version: '1.0.0', type: 'module', license: 'Apache-2.0' }),
    'server.mjs': `import { createServer } from 'node:http';\ncreateServer((_, response) => response.end('small')).listen(process.env.PORT, '127.0.0.1');\n`,
  };
}

function sdk(build: string): readonly string[] {
  return ['  sdks:', `    - { name: client, language: typescript, path: ., build: ${JSON.stringify([build])} }`];
}
