import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type CommitKey, CommitKeySchema } from '#gen/governance/v1/identity_service_pb.js';
import { LanekeeperError } from '../../../core/errors.js';
import { parseCommitKey } from '../../../core/identity/commit-key.js';
import { toPlain } from '../output/plain.js';
import { relativeTime } from '../output/relative-time.js';
import { renderTable } from '../output/table.js';
import { instantOf } from '../output/words.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';

/** `lane keys list | enrol | revoke` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .command('list')
    .description('List the keys that sign commits')
    .action(makeAction(async (context) => listKeys(context)));
  command
    .command('enrol')
    .description(
      'Enrol, as an operator, the public key with which somebody signs commits: SSH, or OpenPGP in ASCII armour',
    )
    .argument('<file>', 'File with the public key, for example ~/.ssh/id_ed25519.pub')
    .option('--to <principal>', 'Whose key it is (default: yours)')
    .action(
      makeAction(async (context, [file]: [string], { to = context.person }: { to?: string }) => {
        const { publicKey } = parseCommitKey(await textOf(context, file));
        const { identity } = await context.api();
        return show(context, (await identity.enrolCommitKey({ principal: to, publicKey })).key);
      }),
    );
  command
    .command('revoke')
    .description('Revoke a key, as an operator: what it has signed does not count in releases from now on')
    .argument('<fingerprint>', 'Fingerprint, as git and lane keys list show it')
    .requiredOption('--reason <text>', 'Why; it is on record')
    .action(
      makeAction(async (context, [fingerprint]: [string], { reason }: { reason: string }) => {
        const { identity } = await context.api();
        return show(context, (await identity.revokeCommitKey({ fingerprint, reason })).key);
      }),
    );
}

async function textOf(context: Context, file: string): Promise<string> {
  const path = resolve(context.cwd, file);
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new LanekeeperError(
      'NOT_FOUND',
      { message: `the key cannot be read`, object: path, next: 'name a file that exists and that you may read' },
      { cause: error },
    );
  });
}

async function listKeys(context: Context): Promise<undefined> {
  const { keys } = await (await context.api()).identity.listCommitKeys({});
  await context.show.list(
    'CommitKey',
    keys.map((key) => toPlain(CommitKeySchema, key)),
    () =>
      keys.length === 0
        ? 'no keys that sign commits: an operator enrols one with lane keys enrol FILE --to NAME'
        : renderTable(
            ['PRINCIPAL', 'FORMAT', 'FINGERPRINT', 'ENROLLED', 'BY', 'REVOKED'],
            keys.map((key) => [
              key.principal,
              key.format,
              key.fingerprint,
              relativeTime(instantOf(key.enrolledAt), context.now()),
              key.enrolledBy,
              key.revokedAt === undefined ? '' : relativeTime(instantOf(key.revokedAt), context.now()),
            ]),
          ),
  );
  return undefined;
}

async function show(context: Context, key: CommitKey | undefined): Promise<undefined> {
  if (key === undefined) return undefined;
  const state = key.revokedAt === undefined ? 'signs commits' : 'is revoked';
  await context.show.object(
    'CommitKey',
    toPlain(CommitKeySchema, key),
    () => `${key.format} key ${key.fingerprint} of ${key.principal} ${state}`,
  );
  return undefined;
}
