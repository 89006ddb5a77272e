import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../setup/paths.mjs';
import { run } from '../setup/run.mjs';
import { ensureProtovalidate, protovalidateFolder } from './protovalidate.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);

/**
 * Calls `work` with a function that runs buf in a copy of the contracts, so that edits in the clone do not interfere.
 *
 * @param protoFolder the contracts to use; by default those of the clone
 */
export async function withWorkspace(work, protoFolder = join(root, 'proto')) {
  await ensureProtovalidate();
  const folder = await mkdtemp(join(tmpdir(), 'lanekeeper-proto-'));
  try {
    await cp(protoFolder, join(folder, 'proto'), { recursive: true });
    await cp(join(root, protovalidateFolder), join(folder, protovalidateFolder), { recursive: true });
    for (const file of ['buf.yaml', 'buf.gen.yaml']) await cp(join(root, file), join(folder, file));
    const env = { PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`, HOME: folder };
    const buf = (...args) => run(bin('buf'), args, { cwd: folder, env, timeoutMs: 120_000 });
    return await work(buf, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
