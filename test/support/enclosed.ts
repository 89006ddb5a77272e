import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Containment } from '../../adapters/containment/containment.js';
import type { Enclosure } from '../../adapters/containment/enclosure.js';
import { toolchainOf } from '../../adapters/containment/toolchain.js';
import { childEnvironment } from '../../adapters/process/child-environment.js';
import { type ProcessResult, runProcess } from '../../adapters/process/run-process.js';
import { scratchFolder } from './scratch.js';

/** An enclosure in a scratch folder, and a way to run shell commands in it. */
export interface Enclosed {
  /** Outside of what the commands may see, but for the folder `inside`. */
  readonly folder: string;
  readonly inside: string;
  run(line: string, change?: Partial<Enclosure>, timeoutMs?: number): Promise<ProcessResult>;
}

/** Prepares an enclosure for one test. */
export async function enclose(containment: Containment): Promise<Enclosed> {
  const folder = await scratchFolder();
  const [inside, mountPoint] = [join(folder, 'inside'), join(folder, 'root')];
  for (const path of [inside, mountPoint]) await mkdir(path);
  await give(containment, inside);
  const { readable, environment } = toolchainOf(childEnvironment(process.env));
  return {
    folder,
    inside,
    async run(line, change = {}, timeoutMs = 20_000) {
      const enclosure = { cwd: inside, writable: [inside], readable, network: true, mountPoint, ...change };
      return runProcess({
        ...containment.command(enclosure, '/bin/sh', ['-c', line]),
        ...{ cwd: inside, env: { ...environment, HOME: inside }, timeoutMs },
      });
    },
  };
}

/** Makes whoever commands run as the owner of a folder. */
export async function give({ user }: Containment, path: string): Promise<void> {
  if (user !== undefined) await chown(path, user.uid, user.gid);
}
