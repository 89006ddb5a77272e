import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { scratchFolder } from '../support/scratch.js';

const root = join(import.meta.dirname, '..', '..');

/**
 * Runs the contract check on a copy of proto/ with one edited file.
 * @returns the problems that it reports
 */
async function checkEdited(file: string, edit: (text: string) => string): Promise<string> {
  const proto = join(await scratchFolder(), 'proto');
  await cp(join(root, 'proto'), proto, { recursive: true });
  const path = join(proto, file);
  const before = await readFile(path, 'utf8');
  const after = edit(before);
  expect(after).not.toBe(before);
  await writeFile(path, after);
  const { stderr } = await execa(process.execPath, ['scripts/proto/main.mjs', '--check', '--proto', proto], {
    cwd: root,
    reject: false,
  });
  return stderr;
}

describe('the contract check', () => {
  it('passes on the committed contracts', async () => {
    await execa(process.execPath, ['scripts/proto/main.mjs', '--check'], { cwd: root });
  });

  it('refuses the removal of a field', async () => {
    const problems = await checkEdited('release/v1/product.proto', (text) =>
      text.replace(/ {2}\/\/ When it was registered\.\n.*created_at.*\n/, ''),
    );
    expect(problems).toContain('Previously present field "3" with name "created_at" on message "Product" was deleted');
  });

  it('refuses an RPC that does not say who may call it', async () => {
    const problems = await checkEdited('release/v1/product_service.proto', (text) =>
      text.replace(/(rpc GetProduct\(.*\{\n) *option \(authz\.v1\.rule\) = .*\n/, '$1'),
    );
    expect(problems).toContain('ProductService.GetProduct has no (authz.v1.rule)');
  });

  it('refuses a text field without a bound', async () => {
    const problems = await checkEdited('governance/v1/error.proto', (text) =>
      text.replace(' [(buf.validate.field).string.max_len = 1000]', ''),
    );
    expect(problems).toContain('ErrorDetail.object is text without a bound');
  });

  it('refuses a field without a comment', async () => {
    const problems = await checkEdited('governance/v1/error.proto', (text) =>
      text.replace(/ {2}\/\/ Which object.*\n/, ''),
    );
    expect(problems).toContain('Field "object" should have a non-empty comment');
  });

  it('refuses generated code that is out of date', async () => {
    const problems = await checkEdited('governance/v1/error.proto', (text) =>
      text.replace('What happened, in one sentence', 'What happened'),
    );
    expect(problems).toContain('sdk/typescript/gen/governance/v1/error_pb.d.ts is not what proto/ generates');
  });
});
