import { join } from 'node:path';
import { packTar } from '../../adapters/archive/pack-tar.js';
import { uriOf } from '../../adapters/content-store/content-store.js';
import { fetchCommit, readCommitObject } from '../../adapters/git/fetch-commit.js';
import { readHistory } from '../../adapters/git/read-history.js';
import { readTree } from '../../adapters/git/read-tree.js';
import { parseRepository } from '../../adapters/git/repository.js';
import type { GitContext } from '../../adapters/git/run-git.js';
import { parseReleaseId } from '../../core/ids.js';
import { parseCommit } from '../../core/release/commit.js';
import { parsePlan } from '../../core/release/plan.js';
import type { OwnRun } from '../caller.js';
import { openSource, type StoredSource, textIn } from './open-source.js';
import type { Step } from '../long-step.js';
import type { BuildActivities, FetchedSource } from './types.js';
import { type ContainedBuildDeps, inWorkspace, type Workspace } from './workspace.js';

const gitTimeoutMs = 300_000;

/** Reads a commit: its files, its author, and what `lanekeeper.yaml` and the plan in it say. */
export async function fetchSource(
  deps: ContainedBuildDeps,
  step: Step,
  input: Parameters<BuildActivities['fetchSource']>[0],
  run: Pick<OwnRun, 'workflowId'>,
): Promise<FetchedSource> {
  return inWorkspace(deps, step, async (workspace) => {
    const stored = await storeCommit(deps, step, workspace, input.repository, parseReleaseId(run.workflowId).revision);
    // Read back as every step will read it, so that what cannot be built is refused here.
    const { commit, definition } = await openSource(deps, workspace, stored, run);
    const { tree, author, committer, subject } = commit;
    return {
      ...stored,
      tree,
      author: { name: author.name, email: author.email },
      committedAt: committer.at,
      subject,
      definition,
      ...(definition.plan !== undefined && { plan: await planIn(deps, workspace.source, definition.plan) }),
    };
  });
}

async function storeCommit(
  deps: ContainedBuildDeps,
  step: Step,
  workspace: Workspace,
  repository: string,
  revision: string,
): Promise<StoredSource & Pick<FetchedSource, 'history'>> {
  const git: GitContext = {
    env: { ...deps.environment, HOME: await workspace.folder('home') },
    timeoutMs: gitTimeoutMs,
    signal: step.signal,
  };
  const fetched = await workspace.folder('fetched');
  const clone = join(fetched, 'clone.git');
  await fetchCommit(parseRepository(repository), revision, clone, git);
  const object = await readCommitObject(clone, revision, git);
  const files = await readTree(clone, parseCommit(object).tree, join(fetched, 'objects'), git);
  const history = await readHistory(clone, revision, join(fetched, 'history'), git);
  return {
    archive: (await packTar(deps.blobs, files)).digest,
    commit: await deps.blobs.put(object),
    history: await deps.blobs.put(history),
  };
}

async function planIn(
  deps: ContainedBuildDeps,
  source: string,
  name: string,
): Promise<NonNullable<FetchedSource['plan']>> {
  const text = await textIn(source, name, 'correct `plan` in lanekeeper.yaml, or commit the file');
  const summary = parsePlan(text, name);
  const checksum = await deps.blobs.put(text);
  return { uri: uriOf(checksum), checksum, ...summary };
}
