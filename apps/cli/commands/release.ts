import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { domainErrorOf } from '../errors/domain-error.js';
import { shortId } from '../../../core/ids.js';
import { manifestPath } from '../../../core/release/manifest-path.js';
import { parseManifest, renderManifestYaml } from '../../../core/release/manifest.js';
import { parseProductFile, productFileName } from '../../../core/release/product-file.js';
import { placeOfRemote } from '../../../core/release/repositories.js';
import { ReleaseBundleSchema } from '#gen/release/v1/bundle_pb.js';
import { ReleaseSchema } from '#gen/release/v1/release_pb.js';
import type { MakeAction } from '../program/command-module.js';
import type { Clients } from '../connection/clients.js';
import type { Context } from '../program/context.js';
import { type ExitCode, exitCodes } from '../errors/exit-codes.js';
import { followRelease } from '../release/follow.js';
import { type Commit, readCommit } from '../release/git.js';
import { linkOwnAddresses } from '../release/own-address.js';
import { toPlain } from '../output/plain.js';

interface Options {
  watch: boolean;
  write?: true;
  timebox?: string;
}

/** `lane release [REV]` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('[revision]', 'Commit, branch or tag of this repository', 'HEAD')
    .option('--no-watch', 'Start the release without waiting until it ends')
    .option('--watch', 'Follow the release until it ends', true)
    .option('--write', 'Also write release/agents/manifest.yaml and the SDK manifests to the work tree')
    .option('--timebox <name>', 'Sprint, iteration or phase that the release belongs to')
    .action(makeAction(async (context, [revision]: [string], options: Options) => release(context, revision, options)));
}

async function release(context: Context, given: string, options: Options): Promise<ExitCode | undefined> {
  const commit = await readCommit(context, context.cwd, given);
  const { name: product } = parseProductFile(await commit.readFile(productFileName));
  const api = await context.api();
  await ensureProduct(context, api, product, commit);
  await linkOwnAddresses(context, api, commit);
  if (given === 'HEAD' && (await commit.hasUncommittedChanges())) {
    context.terminal.note(
      `there are uncommitted changes; they are not in the release of ${commit.revision.slice(0, 12)}`,
    );
  }
  const started = await api.releases.startRelease({
    product,
    revision: commit.revision,
    timebox: options.timebox ?? '',
  });
  if (started.bundleDigest !== '')
    return finish(
      context,
      api,
      started.bundleDigest,
      commit,
      options,
      `${product} ${commit.revision.slice(0, 12)} was already released`,
    );
  context.terminal.note(
    `release ${shortId(started.releaseId)} of ${product} ${commit.revision.slice(0, 12)}${started.joined ? ' (already under way; joined)' : ''}`,
  );
  if (!options.watch) {
    await context.show.object(
      'Release',
      { id: started.releaseId, workflowId: started.workflowId, product, revision: commit.revision },
      () => started.releaseId,
    );
    context.terminal.note(`next: lane watch ${shortId(started.releaseId)}`);
    return undefined;
  }
  const { release: ended, exitCode } = await followRelease(context, started.releaseId);
  if (exitCode === exitCodes.ok) return finish(context, api, ended.bundleDigest, commit, options, 'sealed');
  if (context.format !== 'table') await context.show.object('Release', toPlain(ReleaseSchema, ended), () => '');
  return exitCode;
}

/**
 * Registers the product of a repository on first use, which binds it to that. One that is bound to an address is released
 * from there, out of any clone of it.
 */
async function ensureProduct(context: Context, api: Clients, name: string, commit: Commit): Promise<void> {
  const known = await api.products.getProduct({ name }).catch((error: unknown) => {
    if (domainErrorOf(error)?.code === 'UNKNOWN_PRODUCT') return undefined;
    throw error;
  });
  const bound = known?.product?.repository;
  if (bound === commit.root) return;
  if (bound !== undefined && !bound.startsWith('/') && (await isCloneOf(commit, bound))) {
    context.terminal.note(`releasing from ${bound}; the commit has to be there`);
    return;
  }
  await api.products.registerProduct({ name, repository: commit.root });
  context.terminal.note(`product ${name} is registered with ${commit.root}`);
}

async function isCloneOf(commit: Commit, repository: string): Promise<boolean> {
  const origin = await commit.origin();
  return origin !== undefined && placeOfRemote(origin) === placeOfRemote(repository);
}

async function finish(
  context: Context,
  api: Clients,
  digest: string,
  commit: Commit,
  options: Options,
  how: string,
): Promise<undefined> {
  if (options.write === true) await writeIntoWorkTree(context, api, digest, commit);
  const { bundle } = await api.bundles.getBundle({ bundle: digest });
  if (bundle !== undefined)
    await context.show.object('ReleaseBundle', toPlain(ReleaseBundleSchema, bundle), () => shortId(digest));
  context.terminal.note(`bundle ${shortId(digest)}: ${how}`);
  context.terminal.note(`next: lane promote ${shortId(digest)} --to bronze`);
  return undefined;
}

async function writeIntoWorkTree(context: Context, api: Clients, digest: string, commit: Commit): Promise<void> {
  const manifest = parseManifest((await api.bundles.getManifest({ bundle: digest })).manifest);
  const files = new Map<string, string | Uint8Array>([[manifestPath, renderManifestYaml(manifest)]]);
  for (const { path, checksum } of manifest.sdkManifests) {
    const chunks: Uint8Array[] = [];
    for await (const { chunk } of api.bundles.getBlob({ digest: checksum })) chunks.push(chunk);
    files.set(path, Buffer.concat(chunks));
  }
  for (const [path, content] of files) {
    await mkdir(dirname(join(commit.root, path)), { recursive: true });
    await writeFile(join(commit.root, path), content);
    context.terminal.note(`wrote ${path}`);
  }
}
