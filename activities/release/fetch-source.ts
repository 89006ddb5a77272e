import { join } from 'node:path';
import { extract } from 'tar-stream';
import { bytesOf } from '../../adapters/content-store/bytes-of.js';
import { uriOf } from '../../adapters/content-store/content-store.js';
import {
  archiveCommit,
  cloneBare,
  type GitContext,
  isFolder,
  parseRepository,
  readCommit,
} from '../../adapters/git/git.js';
import { LanekeeperError } from '../../core/errors.js';
import { parsePlan } from '../../core/release/plan.js';
import { parseProductFile, productFileName } from '../../core/release/product-file.js';
import type { Step } from './step.js';
import type { BuildActivities, FetchedSource } from './types.js';
import { type BuildDeps, type FencedBuildDeps, inWorkspace } from './workspace.js';

const gitTimeoutMs = 300_000;
const maxFileBytes = 1024 * 1024;

/** Reads a commit: its files, its author, and what `lanekeeper.yaml` and the plan in it say. */
export async function fetchSource(
  deps: FencedBuildDeps,
  step: Step,
  input: Parameters<BuildActivities['fetchSource']>[0],
): Promise<FetchedSource> {
  const repository = parseRepository(input.repository);
  const { revision } = input;
  return inWorkspace(deps, step, async (workspace) => {
    const git: GitContext = {
      env: { ...deps.environment, HOME: await workspace.folder('home') },
      timeoutMs: gitTimeoutMs,
      signal: step.signal,
    };
    const clone = join(await workspace.folder('tmp'), 'clone.git');
    if (!isFolder(repository)) await cloneBare(repository, clone, git);
    const folder = isFolder(repository) ? repository : clone;
    const { author, committedAt, subject } = await readCommit(folder, revision, git);
    const archive = await archiveCommit(folder, revision, git);
    const definition = parseProductFile(await textIn(archive, productFileName, 'add it with: lane init'));
    if (definition.name !== input.product) throw wrongProduct(definition.name, input.product);
    return {
      archive: await deps.blobs.put(archive),
      author,
      committedAt,
      subject,
      definition,
      ...(definition.plan !== undefined && { plan: await planIn(deps, archive, definition.plan) }),
    };
  });
}

async function planIn(deps: BuildDeps, archive: Buffer, name: string): Promise<NonNullable<FetchedSource['plan']>> {
  const text = await textIn(archive, name, 'correct `plan` in lanekeeper.yaml, or commit the file');
  const summary = parsePlan(text, name);
  const checksum = await deps.blobs.put(text);
  return { uri: uriOf(checksum), checksum, ...summary };
}

/** Reads one text file from an archive. */
async function textIn(archive: Buffer, name: string, next: string): Promise<string> {
  const entries = extract();
  entries.end(archive);
  let found: string | undefined;
  for await (const entry of entries) {
    if (entry.header.name !== name || entry.header.type !== 'file') {
      entry.resume();
      continue;
    }
    if (entry.header.size > maxFileBytes)
      throw new LanekeeperError('INVALID_PRODUCT_FILE', { message: `${name} is too large`, object: name });
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytesOf(entry)) chunks.push(chunk);
    found = Buffer.concat(chunks).toString('utf8');
  }
  if (found !== undefined) return found;
  throw new LanekeeperError('INVALID_PRODUCT_FILE', {
    message: `the commit has no file ${name}`,
    object: name,
    why: 'only committed files count',
    next,
  });
}

function wrongProduct(found: string, wanted: string): LanekeeperError {
  return new LanekeeperError('INVALID_PRODUCT_FILE', {
    message: `${productFileName} describes ${found}, not ${wanted}`,
    object: `${productFileName}: metadata.name`,
    next: `release it as ${found}, or correct metadata.name`,
  });
}
