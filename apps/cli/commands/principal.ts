import { type Command, Option } from 'commander';
import { type Principal, PrincipalKind, PrincipalSchema } from '#gen/governance/v1/identity_service_pb.js';
import { type PrincipalKind as Kind, principalKinds } from '../../../core/identity/principal-kind.js';
import { type PlainObject, toPlain } from '../output/plain.js';
import { renderTable } from '../output/table.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';
import { requestChange, showRequested } from '../enrolment/submit.js';

const kindOf: Readonly<Record<Kind, PrincipalKind>> = {
  human: PrincipalKind.PERSON,
  agent: PrincipalKind.AGENT,
  service: PrincipalKind.SERVICE,
};

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

interface AddOptions {
  kind: Kind;
  address?: readonly string[];
  displayName?: string;
}

/** `lane principal list | add | link | unlink | grant | withdraw` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .command('list')
    .description('List people, agents and services with their addresses')
    .action(makeAction(async (context) => listPrincipals(context)));
  command
    .command('add')
    .description('Add somebody whom commits name; a principal without keys and roles')
    .argument('<name>', 'Name in this tenant')
    .addOption(new Option('--kind <kind>', 'What it is').choices(principalKinds).makeOptionMandatory())
    .option('--address <address>', 'Email address by which commits name it; can be repeated', collect)
    .option('--display-name <text>', 'How it is shown')
    .action(
      makeAction(async (context, [name]: [string], { kind, address = [], displayName = '' }: AddOptions) => {
        await requestChange(context, {
          type: 'add-principal',
          name,
          kind,
          displayName: displayName || name,
          addresses: address,
        });
        return show(context, name);
      }),
    );
  command
    .command('link')
    .description('Say whose an address in commits is; without --to, yours')
    .argument('<address>', 'Email address, as the commits have it')
    .option('--to <principal>', 'Whose it is; only an operator links addresses to others')
    .action(
      makeAction(async (context, [address]: [string], { to = context.person }: { to?: string }) => {
        await requestChange(context, { type: 'link-address', address, principal: to });
        return show(context, to);
      }),
    );
  command
    .command('unlink')
    .description('Take an address from somebody whose it is not, as an operator; a second operator approves it')
    .argument('<address>', 'Email address')
    .requiredOption('--from <principal>', 'Whose it is not')
    .requiredOption('--reason <text>', 'Why; it is on record')
    .action(
      makeAction(async (context, [address]: [string], { from, reason }: { from: string; reason: string }) => {
        return showRequested(context, { type: 'unlink-address', address, principal: from, reason });
      }),
    );
  for (const verb of ['grant', 'withdraw'] as const)
    command
      .command(verb)
      .description(
        verb === 'grant'
          ? 'Give somebody roles, as an operator; a second operator approves it'
          : 'Take roles from somebody, as an operator, or give up your own',
      )
      .argument('<principal>', 'Whose roles they are')
      .argument('<roles...>', 'Roles, such as developer, qa, product-owner, release-manager or operator')
      .requiredOption('--reason <text>', 'Why; it is on record')
      .action(
        makeAction(async (context, [principal, roles]: [string, string[]], { reason }: { reason: string }) =>
          showRequested(context, { type: `${verb}-roles`, principal, roles, reason }),
        ),
      );
}

/** Lists the principals; also `lane get principals`. */
export async function listPrincipals(context: Context): Promise<undefined> {
  const { principals } = await (await context.api()).identity.listPrincipals({});
  await context.show.list(
    'Principal',
    principals.map((principal) => plainOf(principal)),
    () =>
      renderTable(
        ['NAME', 'KIND', 'ROLES', 'ADDRESSES'],
        principals.map((principal) => [
          principal.name,
          kindIn(principal),
          principal.roles.join(', '),
          principal.emails.join(', '),
        ]),
      ),
  );
  return undefined;
}

async function show(context: Context, name: string): Promise<undefined> {
  const { principals } = await (await context.api()).identity.listPrincipals({});
  const principal = principals.find((one) => one.name === name);
  if (principal === undefined) return undefined;
  const addresses = principal.emails.join(', ') || 'no address';
  await context.show.object(
    'Principal',
    plainOf(principal),
    () => `${kindIn(principal)} ${principal.name} (${principal.displayName}): ${addresses}`,
  );
  return undefined;
}

/** With the kind as people call it. */
function plainOf(principal: Principal): PlainObject {
  return { ...toPlain(PrincipalSchema, principal), kind: kindIn(principal) };
}

function kindIn(principal: Principal): string {
  return principalKinds.find((kind) => kindOf[kind] === principal.kind) ?? 'service';
}
