import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { keyIdOf } from '../../../adapters/sigstore/keys.js';
import { LanekeeperError } from '../../../core/errors.js';
import { shortId } from '../../../core/ids.js';
import { openInBrowser } from '../connection/browser.js';
import { identityFolder } from '../connection/identity.js';
import { lineOf, requestChange } from '../enrolment/submit.js';
import { usageError } from '../errors/report-error.js';
import { parseDuration } from '../output/relative-time.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';

const lookMs = 500;

/** How long the key of a browser is waited for once it is signed in: a page that wants one offers it at once. */
const keyWaitMs = 120_000;

interface Options {
  print?: true;
  key: boolean;
  label?: string;
  keyExpires: string;
  yes?: true;
}

/** `lane dashboard` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .option('--print', 'Print the link instead of opening it, for another browser; it works once, within two minutes')
    .option('--no-key', 'Only look: enrol no key of the browser')
    .option('--label <text>', 'What the key of this browser is called (default: the browser)')
    .option('--key-expires <duration>', 'How long the key of the browser counts, at most 90d', '30d')
    .option('--yes', 'Enrol the key of the browser without asking; compare its fingerprint with the one in the page')
    .action(makeAction(async (context, _args: [], options: Options) => open(context, options)));
}

async function open(context: Context, options: Options): Promise<undefined> {
  const validForMs = parseDuration(options.keyExpires);
  if (validForMs === undefined || validForMs <= 0)
    throw usageError(`--key-expires ${options.keyExpires} is not a valid duration`, 'use for example 12h or 30d');
  const { sessions } = await context.api();
  const { id, code } = await sessions.createSignInCode({});
  // Behind the number sign: no server is sent it, and none writes it into a log.
  const url = `${new URL(context.stack().apiUrl).origin}/sign-in#${code}`;
  const folder = identityFolder(context.stack(), context.person);
  const takeAway = options.print === true ? undefined : await openInBrowser(url, folder);
  try {
    if (takeAway === undefined) {
      await context.show.object('SignIn', { url, id }, () => url);
      context.terminal.note('the link signs one browser in, once, within two minutes');
      if (!context.terminal.isInteractive && options.yes !== true) return undefined;
    }
    const browser = await waitFor(context, id, ({ isSignedIn }) => isSignedIn, 'nobody has used the link');
    context.terminal.note(`signed in: ${browser.browser}`);
    if (!options.key) return undefined;
    const { offeredKeyPem } = await waitFor(
      context,
      id,
      (found) => found.offeredKeyPem !== '',
      'the page has offered no key',
    );
    await enrol(context, offeredKeyPem, { ...options, validForMs, browser: browser.browser });
    return undefined;
  } finally {
    await takeAway?.();
  }
}

async function enrol(
  context: Context,
  publicKeyPem: string,
  { label, yes, validForMs, browser }: Options & { readonly validForMs: number; readonly browser: string },
): Promise<void> {
  const keyId = keyIdOf(publicKeyPem);
  const { identity } = await context.api();
  const { principal } = await identity.whoAmI({});
  if (principal?.keys.some((key) => key.keyId === keyId) === true) {
    context.terminal.note(`key ${shortId(keyId)} of this browser is enrolled already`);
    return;
  }
  context.terminal.note(`the browser has made a key: ${keyId}`);
  const question = `Is this the fingerprint that the page shows, and shall it sign for ${context.person}?`;
  if (!(await context.confirm(question, yes === true))) {
    context.terminal.note('the key was not enrolled: the browser can look, and decide nothing');
    return;
  }
  const enrolment = await requestChange(context, {
    type: 'enrol-key',
    principal: context.person,
    purpose: 'person',
    publicKeyPem,
    heldIn: 'browser',
    label: (label ?? browser).slice(0, 200),
    validUntil: new Date(context.now().getTime() + validForMs).toISOString(),
  });
  context.terminal.note(lineOf(enrolment));
}

type SignIn = Awaited<ReturnType<Awaited<ReturnType<Context['api']>>['sessions']['getSignIn']>>;

/** Waits until the browser has done something. @throws TIMED_OUT */
async function waitFor(
  context: Context,
  id: string,
  isDone: (signIn: SignIn) => boolean,
  why: string,
): Promise<SignIn> {
  const { sessions } = await context.api();
  const deadline = context.now().getTime() + keyWaitMs;
  while (context.now().getTime() < deadline) {
    const found = await sessions.getSignIn({ id }, { signal: context.signal });
    if (isDone(found)) return found;
    if (found.isOver && !found.isSignedIn) break;
    await delay(lookMs, undefined, { signal: context.signal });
  }
  throw new LanekeeperError('TIMED_OUT', {
    message: 'the key of a browser was waited for',
    why,
    next: 'lane dashboard',
  });
}
