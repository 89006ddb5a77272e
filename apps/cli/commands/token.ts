import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { parseDigest } from '../../../core/digest.js';
import { LanekeeperError } from '../../../core/errors.js';
import { digestOf } from '../../../core/hash.js';
import { formatToken } from '../../../core/identity/token.js';
import { shortId } from '../../../core/ids.js';
import { TokenSchema } from '#gen/governance/v1/identity_service_pb.js';
import { originFileOf } from '../connection/identity.js';
import { pickByDigest } from '../enrolment/pick.js';
import {
  exitCodeOfEnrolment,
  lineOf,
  plainEnrolment,
  requestChange,
  showEnrolment,
  showRequested,
} from '../enrolment/submit.js';
import { usageError } from '../errors/report-error.js';
import { toPlain } from '../output/plain.js';
import { parseDuration, relativeTime } from '../output/relative-time.js';
import { renderTable } from '../output/table.js';
import { instantOf } from '../output/words.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';

interface CreateOptions {
  to?: string;
  label: string;
  expires: string;
  out?: string;
}

/** `lane token create | list | revoke` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .command('create')
    .description('Create a token for the API; for somebody else, a second operator approves it')
    .option('--to <principal>', 'Whose it is (default: yours)')
    .option('--label <text>', 'What it is for', '')
    .option('--expires <duration>', 'How long it counts, at most 365d', '90d')
    .option('--out <file>', 'Write it to a file that only you can read, instead of printing it')
    .action(makeAction(async (context, _args: [], options: CreateOptions) => create(context, options)));
  command
    .command('list')
    .description('List the tokens that count: as an operator all, otherwise yours')
    .action(makeAction(async (context) => list(context)));
  command
    .command('revoke')
    .description('End a token now; an operator may end every one, everybody their own')
    .argument('<token>', 'The beginning of its hash, as lane token list shows it')
    .requiredOption('--reason <text>', 'Why; it is on record')
    .action(
      makeAction(async (context, [given]: [string], { reason }: { reason: string }) => {
        const { tokens } = await (await context.api()).identity.listTokens({});
        const found = pickByDigest(tokens, ({ tokenHash }) => tokenHash, given, {
          name: 'token',
          list: 'lane token list',
        });
        return showRequested(context, { type: 'revoke-token', tokenHash: parseDigest(found.tokenHash), reason });
      }),
    );
}

async function create(context: Context, { to = context.person, label, expires, out }: CreateOptions) {
  const validForMs = parseDuration(expires);
  if (validForMs === undefined || validForMs <= 0)
    throw usageError(`--expires ${expires} is not a valid duration`, 'use for example 12h or 90d');
  const { tenant } = await (await context.api()).identity.whoAmI({});
  // The secret stays here: the statement that is signed, sent and kept names its hash.
  const token = formatToken(tenant, randomBytes(32).toString('base64url'));
  const file = out === undefined ? undefined : resolve(context.cwd, out);
  if (file !== undefined) {
    await writeSecret(file, token);
    await writeFile(originFileOf(file), `${new URL(context.stack().apiUrl).origin}\n`);
  }
  const enrolment = await requestChange(context, {
    type: 'create-token',
    principal: to,
    tokenHash: digestOf(token),
    label,
    expiresAt: new Date(context.now().getTime() + validForMs).toISOString(),
  });
  if (file !== undefined) return showEnrolment(context, enrolment, `the token is in ${file}`);
  // On its own, so that a script can read it.
  context.terminal.note(lineOf(enrolment));
  await context.show.object('Token', { enrolment: plainEnrolment(enrolment), token }, () => token);
  return exitCodeOfEnrolment(enrolment);
}

async function writeSecret(file: string, token: string): Promise<void> {
  await writeFile(file, `${token}\n`, { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    throw new LanekeeperError(
      'CONFIGURATION',
      { message: 'the token cannot be written', object: file, why: 'a file is never overwritten', next: '--out FILE' },
      { cause: error },
    );
  });
}

async function list(context: Context): Promise<undefined> {
  const { tokens } = await (await context.api()).identity.listTokens({});
  await context.show.list(
    'Token',
    tokens.map((token) => toPlain(TokenSchema, token)),
    () =>
      renderTable(
        ['TOKEN', 'PRINCIPAL', 'FOR', 'CREATED', 'BY', 'EXPIRES'],
        tokens.map((token) => [
          shortId(token.tokenHash),
          token.principal,
          token.label,
          relativeTime(instantOf(token.createdAt), context.now()),
          token.createdBy,
          token.expiresAt === undefined ? 'never' : relativeTime(instantOf(token.expiresAt), context.now()),
        ]),
      ),
  );
  return undefined;
}
