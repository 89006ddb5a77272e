import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { inspectProduct } from '../../apps/cli/init/inspect.js';
import { renderProductFile } from '../../apps/cli/init/render.js';
import { parseProductFile } from '../../core/release/product-file.js';
import { scratchFolder } from '../support/scratch.js';

async function folderWith(files: Readonly<Record<string, string | object>>): Promise<string> {
  const folder = join(await scratchFolder(), 'My Shop');
  await mkdir(folder);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return folder;
}

describe('lane init', () => {
  it('writes a valid file from what it finds in one service', async () => {
    const folder = await folderWith({
      'package.json': {
        name: '@acme/Hello_World',
        engines: { node: '>=22' },
        scripts: { start: 'node --enable-source-maps src/server.mjs', test: 'node --test test/', build: 'tsc' },
        devDependencies: { typescript: '6' },
      },
      'package-lock.json': {},
      'src/server.mjs': "if (url === '/health') answer();",
      'test/a.test.mjs': '',
    });
    const product = parseProductFile(renderProductFile(inspectProduct(folder)));
    expect(product).toMatchObject({ name: 'hello-world', sdks: [] });
    expect(product.services[0]).toMatchObject({
      path: '.',
      nodeMajor: 22,
      build: ['npm ci', 'npm run build'],
      entry: 'src/server.mjs',
      health: '/health',
      test: ['npm ci', 'node --test --test-reporter=junit --test-reporter-destination="$JUNIT_FILE" test/'],
      route: true,
    });
  });

  it('finds several services, an SDK and a plan, and routes visitors to the front end', async () => {
    const folder = await folderWith({
      'services/agents/package.json': { name: 'agents', scripts: { start: 'node src/server.mjs' } },
      'services/web/package.json': { name: 'web', scripts: { start: 'node server.mjs', test: 'vitest' } },
      'sdk/typescript/package.json': { name: '@shop/client', scripts: { build: 'tsc' } },
      'plan.json': {},
    });
    const product = parseProductFile(renderProductFile(inspectProduct(folder)));
    expect(product.name).toBe('my-shop');
    expect(product.services.map(({ name, route }) => [name, route])).toEqual([
      ['agents', false],
      ['web', true],
    ]);
    expect(product.sdks).toMatchObject([{ name: 'client', path: 'sdk/typescript', build: ['npm run build'] }]);
    expect(product.plan).toBe('plan.json');
  });

  it('writes a valid file even for an empty folder, and says what it guessed', async () => {
    const found = inspectProduct(await folderWith({}));
    expect(() => parseProductFile(renderProductFile(found))).not.toThrow();
    expect(found.doubts.join('\n')).toContain('no entry file was found');
    expect(found.doubts.join('\n')).toContain('no tests were found');
  });
});
