import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { bundleForBrowser } from '../support/browser/own-page.js';

const root = join(import.meta.dirname, '../..');

/** A module that imports every source file of some folders. */
function everythingIn(...folders: readonly string[]): string {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    )
    .filter((name) => name.endsWith('.ts'))
    .map(
      (name) =>
        `import * as ${name.replaceAll(/\W/g, '_')} from './${name}'; console.log(${name.replaceAll(/\W/g, '_')});\n`,
    )
    .join('');
}

test('everything in core, with the packages that it uses, and WebCrypto need nothing of Node', async () => {
  const script = await bundleForBrowser(everythingIn('core', 'adapters/webcrypto'));
  expect(script).toContain('DSSEv1');
  expect(script.match(/(?:from|require\(|import\()\s*["']node:[^"']+/g) ?? []).toEqual([]);
});

test('the check for that refuses what needs Node', async () => {
  await expect(
    bundleForBrowser("import * as keys from './adapters/sigstore/keys.ts'; console.log(keys);"),
  ).rejects.toThrow('node:crypto');
});
