import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { download, fetchText } from './download.mjs';
import { withHeartbeat } from './log.mjs';
import { goArch, platform } from './paths.mjs';
import { run } from './run.mjs';
import { requireSha256 } from './sha256.mjs';

async function downloadFile(url, path, name) {
  let progress = '';
  const onBytes = (done, total) => {
    progress = `${Math.round(done / 1e6)} of ${total ? Math.round(total / 1e6) : '?'} MB`;
  };
  return withHeartbeat(
    `downloading ${name}`,
    () => download(url, path, onBytes),
    () => progress,
  );
}

/**
 * The official download. It is verified against the published checksums, where there are any, and against the pinned
 * sha256 of the program, where the same build also exists as a wheel.
 */
export async function fromRelease(tool, folder) {
  const release = tool.release?.(platform, goArch);
  if (!release) throw new Error(`there is no official build for ${platform} ${goArch}`);
  const expected = release.checksums ? checksumOf(await fetchText(release.checksums), release.file) : undefined;
  const file = join(folder, release.file);
  const actual = await downloadFile(release.url, file, release.file);
  if (expected !== undefined && expected !== actual) {
    throw new Error(`the sha256 of ${release.file} is ${actual}, but ${expected} is published`);
  }
  const program = join(folder, tool.name);
  if (release.member === undefined) {
    await rename(file, program);
  } else {
    const { code, output } = await run('tar', ['-xzf', file, '-C', folder]);
    if (code !== 0) throw new Error(`tar: ${output.trim()}`);
    if (release.member !== tool.name) await rename(join(folder, release.member), program);
    await rm(file);
  }
  const pinned = tool.wheel?.builds[`${process.platform}-${process.arch}`]?.binary;
  if (pinned !== undefined) await requireSha256(program, `${tool.name} in ${release.file}`, pinned);
  return 'official download, sha256 verified';
}

function checksumOf(text, file) {
  const entries = text.split('\n').map((line) => line.trim());
  const sum = entries.find((line) => line.endsWith(` ${file}`) || line.endsWith(`*${file}`))?.split(/\s+/)[0];
  if (!sum || !/^[0-9a-f]{64}$/.test(sum)) throw new Error(`the published checksums do not list ${file}`);
  return sum;
}
