import type { Command } from 'commander';
import { PrincipalSchema } from '#gen/governance/v1/identity_service_pb.js';
import type { MakeAction } from '../program/command-module.js';
import { toPlain } from '../output/plain.js';
import { renderFields } from '../output/table.js';

/** `lane whoami` */
export function define(command: Command, makeAction: MakeAction): void {
  command.action(
    makeAction(async (context) => {
      const { tenant, principal } = await (await context.api()).identity.whoAmI({});
      const { apiUrl, file, foundBy } = context.stack();
      const plain = principal === undefined ? {} : toPlain(PrincipalSchema, principal);
      await context.show.object('Principal', { tenant, ...plain, stack: { file, foundBy, apiUrl } }, () =>
        renderFields([
          ['person', principal === undefined ? '' : `${principal.name} (${principal.displayName})`],
          ['roles', principal?.roles.join(', ')],
          ['email', principal?.emails.join(', ')],
          ['keys', principal?.keys.map((key) => key.keyId).join('\n')],
          ['tenant', tenant],
          ['stack', `${file} (found by ${foundBy})`],
          ['api', apiUrl],
        ]),
      );
      return undefined;
    }),
  );
}
