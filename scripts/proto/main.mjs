#!/usr/bin/env node
/**
 * Generates sdk/typescript/gen/ from proto/. `--check` changes nothing and exits with 1 when the contracts break a
 * rule, break their users, or the generated code is not what they generate. `--baseline` makes the contracts of today
 * the ones that later changes must not break. `--proto FOLDER` takes the contracts from elsewhere.
 */
import { existsSync } from 'node:fs';
import { cp, readFile, readdir, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findMethodsWithoutRule, findUnboundedFields } from './methods.mjs';
import { withWorkspace } from './workspace.mjs';
import { generated as generatedFolder } from '../folders.mjs';
import { root } from '../setup/paths.mjs';

const baseline = join(root, 'proto', 'baseline.binpb');
const generated = join(root, generatedFolder);

async function buf(run, ...args) {
  const { code, output } = await run(...args);
  if (code !== 0) throw new Error(`buf ${args[0]}:\n${output.trimEnd()}`);
  return output;
}

async function generateInto(run, folder) {
  await buf(run, 'generate', 'proto');
  return join(folder, generatedFolder);
}

async function filesOf(folder) {
  const entries = existsSync(folder) ? await readdir(folder, { recursive: true, withFileTypes: true }) : [];
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)));
  return paths.sort();
}

async function findDrift(fresh) {
  const [wanted, present] = [await filesOf(fresh), await filesOf(generated)];
  const problems = present.filter((file) => !wanted.includes(file)).map((file) => `${generatedFolder}/${file} comes from no contract`);
  for (const file of wanted) {
    const [a, b] = [await readFile(join(fresh, file)), await readFile(join(generated, file)).catch(() => undefined)];
    if (b === undefined) problems.push(`${generatedFolder}/${file} is missing`);
    else if (!a.equals(b)) problems.push(`${generatedFolder}/${file} is not what proto/ generates`);
  }
  return problems.length === 0 ? [] : [...problems, 'next: npm run generate'];
}

async function check(run, folder) {
  const problems = [];
  const step = async (work) => {
    try {
      problems.push(...((await work()) ?? []));
    } catch (error) {
      problems.push(error.message);
    }
  };
  await step(async () => void (await buf(run, 'format', '--diff', '--exit-code', 'proto')));
  await step(async () => void (await buf(run, 'lint', 'proto')));
  await step(async () => void (await buf(run, 'breaking', 'proto', '--against', baseline, '--exclude-imports')));
  await step(async () => {
    await buf(run, 'build', 'proto', '-o', 'image.json');
    const image = JSON.parse(await readFile(join(folder, 'image.json'), 'utf8'));
    return [...findMethodsWithoutRule(image), ...findUnboundedFields(image)];
  });
  await step(async () => findDrift(await generateInto(run, folder)));
  return problems;
}

const { values } = parseArgs({ options: { check: { type: 'boolean' }, baseline: { type: 'boolean' }, proto: { type: 'string' } } });
try {
  await withWorkspace(
    async (run, folder) => {
      if (values.check) {
        const problems = await check(run, folder);
        if (problems.length === 0) return;
        console.error(problems.join('\n'));
        process.exitCode = 1;
        return;
      }
      const fresh = await generateInto(run, folder);
      await rm(generated, { recursive: true, force: true });
      await cp(fresh, generated, { recursive: true });
      if (values.baseline) await buf(run, 'build', 'proto', '--exclude-source-info', '-o', baseline);
    },
    values.proto === undefined ? undefined : resolve(values.proto),
  );
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
