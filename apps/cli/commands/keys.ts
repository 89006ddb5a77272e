import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { generateKeyPair, keyIdOf, writeKeyPair } from '../../../adapters/sigstore/keys.js';
import { parseDigest } from '../../../core/digest.js';
import type { EnrolmentChange, KeyPurpose } from '../../../core/enrolment/change.js';
import { LanekeeperError } from '../../../core/errors.js';
import { parsePrincipalName } from '../../../core/ids.js';
import { parseCommitKey } from '../../../core/identity/commit-key.js';
import { pickByDigest } from '../enrolment/pick.js';
import { showRequested } from '../enrolment/submit.js';
import { identityFolder } from '../connection/identity.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';
import { keysOf, listKeys } from '../views/key-table.js';

const purposes: readonly KeyPurpose[] = ['person', 'build', 'verification'];

/** `lane keys list | create | enrol | revoke` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .command('list')
    .description('List the keys that sign decisions, builds, verifications and commits')
    .action(makeAction(async (context) => listKeys(context)));
  command
    .command('create')
    .description('Create the key with which you sign decisions; it stays on this machine')
    .action(makeAction(async (context) => create(context)));
  command
    .command('enrol')
    .description('Enrol a public key: another one of yours, or, as an operator, one of somebody else or for commits')
    .argument('<file>', 'Public key: P-256 in PEM for decisions; SSH, or OpenPGP in ASCII armour, for commits')
    .option('--to <principal>', 'Whose key it is (default: yours)')
    .addOption(
      new Option('--purpose <purpose>', 'What a key in PEM may sign: decisions of a person, or what a service attests')
        .choices(purposes)
        .default('person'),
    )
    .action(
      makeAction(
        async (context, [file]: [string], { to = context.person, purpose }: { to?: string; purpose: KeyPurpose }) =>
          showRequested(context, enrolmentOf(await textOf(context, file), to, purpose)),
      ),
    );
  command
    .command('revoke')
    .description('Revoke a key, your own or as an operator: what it signs from now on does not count')
    .argument('<key>', 'Key, as lane keys list shows it')
    .requiredOption('--reason <text>', 'Why; it is on record')
    .option(
      '--since <instant>',
      'From when it does not count, RFC 3339 in UTC (default: now); for decisions and builds',
    )
    .action(
      makeAction(async (context, [key]: [string], { reason, since }: { reason: string; since?: string }) => {
        const keys = await keysOf(context);
        if (keys.some((one) => one.signs === 'commits' && one.key === key))
          return showRequested(context, { type: 'revoke-commit-key', fingerprint: key, reason });
        const ofPeople = keys.filter((one) => one.signs !== 'commits');
        const found = pickByDigest(ofPeople, (one) => one.key, key, { name: 'key', list: 'lane keys list' });
        const keyId = parseDigest(found.key);
        return showRequested(context, {
          type: 'revoke-key',
          keyId,
          reason,
          ...(since !== undefined && { since }),
        });
      }),
    );
}

/** A key in PEM signs decisions or what a service attests; the other formats are those of git. */
function enrolmentOf(text: string, principal: string, purpose: KeyPurpose): EnrolmentChange {
  if (!text.trimStart().startsWith('-----BEGIN PUBLIC KEY-----'))
    return { type: 'enrol-commit-key', principal, publicKey: parseCommitKey(text).publicKey };
  const publicKeyPem = `${text.trim()}\n`;
  keyIdOf(publicKeyPem);
  return { type: 'enrol-key', principal, purpose, publicKeyPem };
}

async function create(context: Context): Promise<undefined> {
  const person = parsePrincipalName(context.person, '--as');
  const folder = identityFolder(context.stack(), person);
  const paths = { privateKey: join(folder, 'key.pem'), publicKey: join(folder, 'pub.pem') };
  const pair = generateKeyPair();
  await writeKeyPair(pair, paths);
  const key = keyIdOf(pair.publicKeyPem);
  await context.show.object('Key', { principal: person, key, publicKey: paths.publicKey }, () =>
    [
      `key ${key} of ${person} is in ${paths.privateKey}`,
      `→ it counts once it is enrolled: lane keys enrol ${paths.publicKey} --to ${person}`,
    ].join('\n'),
  );
  return undefined;
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
