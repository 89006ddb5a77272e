import { copyFile, mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { download } from '../setup/download.mjs';
import { cacheDir, root } from '../setup/paths.mjs';
import { findOnPath, run, tail } from '../setup/run.mjs';
import { sha256Of } from '../setup/sha256.mjs';

const version = '1.2.2';
const sha256 = 'a1dc1163ebac930b3b070655b91f2bc78df8b4aea940021661fe5ec7904a7b88';
const goModule = `github.com/bufbuild/protovalidate@v${version}`;
const member = 'buf/validate/validate.proto';

/** The folder of protovalidate's own contract, as named in buf.yaml. */
export const protovalidateFolder = join('node_modules', '.cache', 'protovalidate');

async function isRight(path) {
  return (await sha256Of(path).catch(() => undefined)) === sha256;
}

async function fromRelease(path) {
  await download(
    `https://raw.githubusercontent.com/bufbuild/protovalidate/v${version}/proto/protovalidate/${member}`,
    path,
  );
}

async function fromGo(path) {
  const go = findOnPath('go');
  if (!go) throw new Error('go is not on PATH');
  const { code, output } = await run(go, ['mod', 'download', '-json', goModule], {
    cwd: dirname(path),
    timeoutMs: 120_000,
  });
  if (code !== 0) throw new Error(`go mod download failed\n${tail(output)}`);
  const { Dir: folder } = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
  await copyFile(join(folder, 'proto', 'protovalidate', member), path);
}

/**
 * Fetches the contract of protovalidate, whose rules our own contracts use. It is cached by version outside the clone and
 * copied to the path that buf.yaml names. Only contributors who change proto/ need it: gen/ is committed.
 *
 * @throws an error that names each route that was tried, and why it failed
 */
export async function ensureProtovalidate() {
  const place = join(root, protovalidateFolder, member);
  if (await isRight(place)) return;
  const cached = join(cacheDir, `protovalidate-${version}`, member);
  if (!(await isRight(cached))) await fetchInto(cached);
  await mkdir(dirname(place), { recursive: true });
  await copyFile(cached, place);
}

async function fetchInto(cached) {
  await mkdir(dirname(cached), { recursive: true });
  const part = `${cached}.part-${process.pid}`;
  const failures = [];
  for (const [route, fetchRoute] of [
    ['Go module proxy', fromGo],
    ['official download', fromRelease],
  ]) {
    try {
      await fetchRoute(part);
      if (!(await isRight(part))) throw new Error('the sha256 of the file is not the pinned one');
      await rename(part, cached);
      return;
    } catch (error) {
      failures.push(`  - ${route}: ${error.message}`);
    }
  }
  throw new Error(
    `buf/validate/validate.proto ${version} is missing, and every route to get it failed:\n${failures.join('\n')}\n` +
      `Install Go, or put the file (sha256 ${sha256}) at ${cached}. Only changes to proto/ need it.`,
  );
}
