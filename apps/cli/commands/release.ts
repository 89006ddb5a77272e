import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { domainErrorOf } from '../errors/domain-error.js';
import { shortId } from '../../../core/ids.js';
import { manifestPath, parseManifest, renderManifestYaml } from '../../../core/release/manifest.js';
import { parseProductFile, productFileName } from '../../../core/release/product-file.js';
import { ReleaseBundleSchema } from '#gen/release/v1/bundle_pb.js';
import { ReleaseSchema } from '#gen/release/v1/release_pb.js';
import type { MakeAction } from '../program/command-module.js';
import type { Clients } from '../connection/clients.js';
import type { Context } from '../program/context.js';
import { type ExitCode, exitCodes } from '../errors/exit-codes.js';
import { followRelease } from '../release/follow.js';
import { type Commit, readCommit } from '../release/git.js';
import { toPlain } from '../output/plain.js';

interface Options {
  watch: boolean;
  write?: true;
  timebox?: string;
}

/** `lane release [REV]` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('[revision]', 'a commit, branch or tag of this repository', 'HEAD')
    .option('--no-watch', 'start it and do not wait for its end')
    .option('--watch', 'follow it to its end (as it does by itself)', true)
    .option('--write', 'also write release/agents/manifest.yaml and the SDK manifests into the work tree')
    .option('--timebox <name>', 'the sprint, iteration or phase that it belongs to')
    .action(makeAction(async (context, [revision]: [string], options: Options) => release(context, revision, options)));
}

async function release(context: Context, given: string, options: Options): Promise<ExitCode | undefined> {
  const commit = await readCommit(context, context.cwd, given);
  const { name: product } = parseProductFile(await commit.readFile(productFileName));
  const api = await context.api();
  await ensureProduct(context, api, product, commit);
  if (given === 'HEAD' && (await commit.hasUncommittedChanges())) {
    context.terminal.note(
      `this folder has changes that no commit has; the release is of ${commit.revision.slice(0, 12)} and without them`,
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
      `${product} ${commit.revision.slice(0, 12)} was released before`,
    );
  context.terminal.note(
    `release ${shortId(started.releaseId)} of ${product} ${commit.revision.slice(0, 12)}${started.joined ? ' (was under way and is joined)' : ''}`,
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

/** The product of a repository registers itself; a repository that has moved is told. */
async function ensureProduct(context: Context, api: Clients, name: string, commit: Commit): Promise<void> {
  const known = await api.products.getProduct({ name }).catch((error: unknown) => {
    if (domainErrorOf(error)?.code === 'UNKNOWN_PRODUCT') return undefined;
    throw error;
  });
  if (known?.product?.repository === commit.root) return;
  await api.products.registerProduct({ name, repository: commit.root });
  context.terminal.note(
    known === undefined ? `product ${name} is registered` : `product ${name} is now in ${commit.root}`,
  );
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
