import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { product } from '../folders.mjs';
import { SetupError } from '../setup/log.mjs';
import { root } from '../setup/paths.mjs';
import { buildDashboard } from './dashboard.mjs';
import { entries, testEntries, workflowEntry } from './entries.mjs';
import { sourcePaths } from './source-paths.mjs';

const dist = join(root, 'dist');
const stampFile = join(dist, 'build.json');
const sourceFolders = [...product, 'bench', 'scripts', 'test/support'];

/** The sha256 of the names and contents of everything that a build reads. */
async function hashSources() {
  const files = ['package-lock.json', 'package.json', 'tsconfig.json'].map((name) => join(root, name));
  for (const folder of sourceFolders) {
    const found = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of found) {
      if (entry.isFile() && /\.(tsx?|mjs|js|json|css|html|svg)$/.test(entry.name))
        files.push(join(entry.parentPath ?? entry.path, entry.name));
    }
  }
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    hash
      .update(`${relative(root, file)}\0`)
      .update(await readFile(file))
      .update('\0');
  }
  return hash.digest('hex');
}

/**
 * The command line starts quickly because nothing is looked up in node_modules. The CommonJS packages inside it need a
 * `require`.
 */
const inOneFile = {
  minifySyntax: true,
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
};

/** @param place the folder from which the programs are started; they are written to `outdir` and moved there */
async function buildPrograms(present, outdir, place) {
  const { build } = await import('esbuild');
  const common = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.20',
    sourcemap: 'linked',
    logLevel: 'silent',
    plugins: [sourcePaths(root, place)],
    outdir,
  };
  for (const { name, source, selfContained } of present) {
    const kind = selfContained ? inOneFile : { packages: 'external' };
    await build({ ...common, entryPoints: { [name]: source }, ...kind }).catch((error) => {
      const places = (error.errors ?? []).map(
        ({ text, location }) => `  ${location ? `${location.file}:${location.line}: ` : ''}${text}`,
      );
      throw new SetupError(`${source} cannot be built:\n${places.join('\n') || error.message}`);
    });
  }
}

async function buildWorkflows(outdir) {
  const { bundleWorkflows } = await import('./workflows.mjs');
  await writeFile(join(outdir, 'workflow-bundle.js'), await bundleWorkflows());
}

/**
 * Builds dist/ when the sources differ from those of the last build. Each file is moved into place with a rename, so a
 * process that starts meanwhile never reads a partial file.
 */
export async function buildAll(say, { force = false } = {}) {
  const hash = await hashSources();
  const previous = await readFile(stampFile, 'utf8').then(JSON.parse, () => ({}));
  if (!force && previous.sources === hash) return say('up to date');
  const begun = Date.now();
  const present = entries.filter(({ source }) => existsSync(join(root, source)));
  const absent = entries.filter(({ source }) => !existsSync(join(root, source)));
  const temporary = join(dist, `.part-${process.pid}`);
  await mkdir(temporary, { recursive: true });
  try {
    await buildPrograms(present, temporary, dist);
    if (existsSync(join(root, workflowEntry))) await buildWorkflows(temporary);
    else absent.push({ source: workflowEntry });
    await buildDashboard(dist);
    for (const file of await readdir(temporary)) await rename(join(temporary, file), join(dist, file));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  if (absent.length > 0) say(`missing, skipped: ${absent.map(({ source }) => source).join(', ')}`);
  await writeFile(`${stampFile}.part`, JSON.stringify({ sources: hash, builtAt: new Date().toISOString() }));
  await rename(`${stampFile}.part`, stampFile);
  return say(`built in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
}

/** Builds the programs that only tests start. */
export async function buildTestPrograms() {
  const folder = join(dist, 'test');
  await buildPrograms(testEntries, folder, folder);
}
