/** The files of a product with one service, no packages, a passing test, and an SDK only if its folder is given. */
export function smallProduct(
  change: {
    readonly build?: string;
    readonly test?: string;
    readonly name?: string;
    readonly entry?: string;
    readonly seconds?: number;
    readonly network?: 'none';
    /** The folder of an SDK, which it has none of without; and the command that builds it. */
    readonly sdk?: string;
    readonly sdkBuild?: string;
  } = {},
): Record<string, string> {
  const sdkBuild = JSON.stringify(change.sdkBuild === undefined ? [] : [change.sdkBuild]);
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
      ...(change.sdk === undefined
        ? []
        : [`  sdks: [{ name: client, language: typescript, path: ${change.sdk}, build: ${sdkBuild} }]`]),
      ...(change.network === undefined ? [] : [`  network: ${change.network}`]),
      `  timeouts: { buildSeconds: ${change.seconds ?? 120}, testSeconds: ${change.seconds ?? 120} }`,
      '',
    ].join('\n'),
    'package.json': JSON.stringify({ name: 'small', version: '1.0.0', type: 'module', license: 'Apache-2.0' }),
    'server.mjs': `import { createServer } from 'node:http';\ncreateServer((_, response) => response.end('small')).listen(process.env.PORT, '127.0.0.1');\n`,
  };
}
