import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContentStore } from '../../adapters/content-store/content-store.js';
import { treeIdOfFolder } from '../../adapters/git/tree-id.js';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { parseReleaseId } from '../../core/ids.js';
import { type CommitObject, maxCommitBytes, parseCommit } from '../../core/release/commit.js';
import { gitObjectId } from '../../core/release/git-object.js';
import type { ProductDefinition, SdkDefinition, ServiceDefinition } from '../../core/release/product.js';
import { parseProductFile, productFileName } from '../../core/release/product-file.js';
import type { OwnRun } from '../caller.js';
import type { Workspace } from './workspace.js';

/** The commit of a release, proven to be that of the run that works on it. */
export interface OpenedSource {
  /** 40 hex digits, from the workflow id of the caller. */
  readonly revision: string;
  readonly commit: CommitObject;
  /** What `lanekeeper.yaml` of the commit says. */
  readonly definition: ProductDefinition;
}

/** Where a commit is stored: both are only addresses, and prove nothing. */
export interface StoredSource {
  /** Its files as a tar. */
  readonly archive: Digest;
  /** Its raw object. */
  readonly commit: Digest;
}

const maxFileBytes = 1024 * 1024;

/**
 * Unpacks the commit of the calling run. The id of the run's workflow names the commit; the commit object must hash to
 * that name, and the unpacked files to the tree that it names, before anything else is read or runs.
 * @throws SOURCE_REFUSED, INVALID_PRODUCT_FILE, BUILD_FAILED, BLOB_MISSING, BLOB_CORRUPT
 */
export async function openSource(
  deps: { readonly blobs: ContentStore },
  workspace: Workspace,
  stored: StoredSource,
  run: Pick<OwnRun, 'workflowId'>,
): Promise<OpenedSource> {
  const { product, revision } = parseReleaseId(run.workflowId);
  const commit = await readStoredCommit(deps.blobs, stored.commit, revision);
  await workspace.unpackSource(stored.archive);
  const tree = await treeIdOfFolder(workspace.source);
  if (tree !== commit.tree)
    throw notTheCommit(revision, `its tree is ${commit.tree}, and the stored files make up ${tree}`);
  const definition = parseProductFile(await textIn(workspace.source, productFileName, 'add it with: lane init'));
  if (definition.name !== product) throw wrongProduct(definition.name, product);
  return { revision, commit, definition };
}

/** A stored commit object, which must be that of a revision. @throws SOURCE_REFUSED, BLOB_MISSING, BLOB_CORRUPT */
export async function readStoredCommit(blobs: ContentStore, digest: Digest, revision: string): Promise<CommitObject> {
  const bytes = await blobs.get(digest, maxCommitBytes);
  if (gitObjectId('commit', bytes) !== revision) throw notTheCommit(revision, `blob ${digest} is another object`);
  return parseCommit(bytes);
}

/** A text file of an unpacked commit; a link does not count. @throws INVALID_PRODUCT_FILE */
export async function textIn(source: string, name: string, next: string): Promise<string> {
  const path = join(source, name);
  const found = await lstat(path).catch(() => undefined);
  if (found?.isFile() !== true)
    throw new LanekeeperError('INVALID_PRODUCT_FILE', {
      message: `the commit has no file ${name}`,
      object: name,
      why: 'only committed files count',
      next,
    });
  if (found.size > maxFileBytes)
    throw new LanekeeperError('INVALID_PRODUCT_FILE', { message: `${name} is too large`, object: name });
  return readFile(path, 'utf8');
}

/** A service of the commit. @throws INVALID_PRODUCT_FILE */
export function serviceOf({ definition }: OpenedSource, name: string): ServiceDefinition {
  return named(definition.services, 'service', name);
}

/** An SDK of the commit. @throws INVALID_PRODUCT_FILE */
export function sdkOf({ definition }: OpenedSource, name: string): SdkDefinition {
  return named(definition.sdks, 'SDK', name);
}

function named<T extends { readonly name: string }>(parts: readonly T[], what: string, name: string): T {
  const found = parts.find((part) => part.name === name);
  if (found !== undefined) return found;
  throw new LanekeeperError('INVALID_PRODUCT_FILE', {
    message: `${productFileName} of the commit has no ${what} ${name}`,
    object: `${what} ${name}`,
  });
}

function notTheCommit(revision: string, why: string): LanekeeperError {
  return new LanekeeperError('SOURCE_REFUSED', {
    message: `what is stored is not commit ${revision}`,
    object: `commit ${revision}`,
    why,
    next: 'release the commit again',
  });
}

function wrongProduct(found: string, wanted: string): LanekeeperError {
  return new LanekeeperError('INVALID_PRODUCT_FILE', {
    message: `${productFileName} describes ${found}, not ${wanted}`,
    object: `${productFileName}: metadata.name`,
    next: `release it as ${found}, or correct metadata.name`,
  });
}
