import type { Command } from 'commander';
import { SessionSchema } from '#gen/governance/v1/session_service_pb.js';
import { toPlain } from '../output/plain.js';
import { relativeTime } from '../output/relative-time.js';
import { renderTable } from '../output/table.js';
import { instantOf } from '../output/words.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';

/** `lane sessions list | end` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .command('list')
    .description('List the browsers that are signed in: as an operator all, otherwise yours')
    .action(makeAction(async (context) => list(context)));
  command
    .command('end')
    .description('Sign a browser out; an operator may do so with every one, everybody with their own')
    .argument('<session>', 'The beginning of its id, as lane sessions list shows it')
    .action(
      makeAction(async (context, [id]: [string]) => {
        await (await context.api()).sessions.endSession({ id });
        context.terminal.note(`session ${id} has ended`);
        return undefined;
      }),
    );
}

async function list(context: Context): Promise<undefined> {
  const { sessions } = await (await context.api()).sessions.listSessions({});
  await context.show.list(
    'Session',
    sessions.map((session) => toPlain(SessionSchema, session)),
    () =>
      renderTable(
        ['SESSION', 'PRINCIPAL', 'SINCE', 'LAST USED', 'ENDS', 'BROWSER'],
        sessions.map(({ id, principal, browser, createdAt, seenAt, endsAt }) => [
          id.slice(0, 8),
          principal,
          ...[createdAt, seenAt, endsAt].map((at) => relativeTime(instantOf(at), context.now())),
          browser,
        ]),
      ),
  );
  return undefined;
}
