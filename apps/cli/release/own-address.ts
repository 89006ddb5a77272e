import { existsSync } from 'node:fs';
import type { Clients } from '../connection/clients.js';
import type { Context } from '../program/context.js';
import { requestChange } from '../enrolment/submit.js';
import type { Commit } from './git.js';

/**
 * Links the addresses in a commit that this person has used here to them, unless they belong to somebody. That gives them
 * no right: it keeps them from approving what they wrote, and others from waiting until it is known whose the commits are.
 */
export async function linkOwnAddresses(
  context: Context,
  { identity }: Clients,
  commit: Pick<Commit, 'ownAddresses'>,
): Promise<void> {
  const addresses = await commit.ownAddresses();
  // A program that releases with a token alone signs nothing.
  if (addresses.length === 0 || !existsSync(context.identity().keyFile)) return;
  const { principals } = await identity.listPrincipals({});
  for (const address of addresses) {
    // Addresses for nobody in particular are those of services, even where somebody has used one.
    if (/^no-?reply@/i.test(address) || principals.some(({ emails }) => emails.includes(address.toLowerCase())))
      continue;
    const name = context.person;
    await requestChange(context, { type: 'link-address', address, principal: name });
    context.terminal.note(
      `commits of ${address} count as those of ${name} from now on; if that is wrong: lane principal unlink ${address} --from ${name} --reason TEXT`,
    );
  }
}
