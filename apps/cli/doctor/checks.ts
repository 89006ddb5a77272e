import { statSync } from 'node:fs';
import { connect } from 'node:net';
import { messageOf } from '../../../core/errors.js';
import { clockToleranceMs, reportHealth, startAgain } from '../../../core/health.js';
import { domainErrorOf } from '../errors/domain-error.js';
import type { Context } from '../program/context.js';
import { instantOf } from '../output/words.js';
import type { Check, Found } from './check.js';
import { deliveryCheck } from './deliveries.js';

const answerTimeoutMs = 3_000;
const minimumNode = [20, 20] as const;

/** Checks this machine and the stack, from the outside in. */
export async function runChecks(context: Context): Promise<readonly Check[]> {
  const checks = [nodeCheck(process.versions.node)];
  const stack = await attempt('stack', () => {
    const found = context.stack();
    return {
      found: `${found.file} (found by ${found.foundBy}), ${found.state}`,
      ok: found.state === 'ready',
      fix: 'start the stack: npm start',
    };
  });
  checks.push(stack);
  if (domainErrorOf(stackError(context)) !== undefined) return checks;
  checks.push(
    await attempt('identity', () => ({ found: `${context.identity().person}, token readable only by its owner` })),
  );
  checks.push(await attempt('key', () => keyCheck(context)));
  checks.push(...(await healthChecks(context)));
  checks.push(await attempt('Temporal address', () => temporalCheck(context)));
  checks.push(await attempt('token and clock', () => clockCheck(context)));
  checks.push(await attempt('deliveries', () => deliveryCheck(context)));
  return checks;
}

function stackError(context: Context): unknown {
  try {
    context.stack();
    return undefined;
  } catch (error) {
    return error;
  }
}

async function attempt(name: string, inspect: () => Found | Promise<Found>): Promise<Check> {
  try {
    const { found, ok = true, fix = '' } = await inspect();
    return { name, found, ok, fix: ok ? '' : fix };
  } catch (error) {
    const known = domainErrorOf(error);
    return {
      name,
      ok: false,
      found: known?.why === undefined ? messageOf(error) : `${known.message}: ${known.why}`,
      fix: known?.next ?? 'lane help',
    };
  }
}

/** Whether this Node is new enough. */
export function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const ok = major > minimumNode[0] || (major === minimumNode[0] && minor >= minimumNode[1]);
  return { name: 'Node', ok, found: version, fix: ok ? '' : `install Node ${minimumNode.join('.')} or newer` };
}

function keyCheck(context: Context): Found {
  const { keyFile } = context.identity();
  const mode = statSync(keyFile, { throwIfNoEntry: false })?.mode;
  if (mode === undefined)
    return {
      ok: false,
      found: `${keyFile} is missing`,
      fix: 'restore it, or act as another person: lane --as PERSON …',
    };
  const ok = (mode & 0o077) === 0;
  return { ok, found: `${keyFile}, mode ${(mode & 0o777).toString(8)}`, fix: `chmod 600 ${keyFile}` };
}

async function healthChecks(context: Context): Promise<readonly Check[]> {
  const { apiUrl } = context.stack();
  let health: unknown;
  const api = await attempt('API', async () => {
    const response = await fetch(`${apiUrl}/healthz`, { signal: AbortSignal.timeout(answerTimeoutMs) }).catch(
      () => undefined,
    );
    if (response === undefined) return { ok: false, found: `${apiUrl} does not answer`, fix: startAgain };
    health = await response.json();
    return { found: apiUrl };
  });
  if (!api.ok) return [api];
  return [api, ...reportHealth(health).map(({ title, ...report }) => ({ name: title, ...report }))];
}

async function temporalCheck(context: Context): Promise<Found> {
  const { temporalAddress, namespace } = context.stack();
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(temporalAddress) ?? [];
  const ok = await new Promise<boolean>((resolve) => {
    const socket = connect({ host, port: Number(port), timeout: answerTimeoutMs });
    const end = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .once('timeout', () => end(false));
  });
  return {
    ok,
    found: `${temporalAddress}, namespace ${namespace}${ok ? '' : ': no connection'}`,
    fix: 'start the stack: npm start; the temporal command line cannot be used until this address answers',
  };
}

async function clockCheck(context: Context): Promise<Found> {
  const { principal, now } = await (await context.api()).identity.whoAmI({});
  const difference = Math.abs(context.now().getTime() - Date.parse(instantOf(now) ?? ''));
  const ok = difference <= clockToleranceMs;
  return {
    ok,
    found: `${principal?.name ?? '?'} (${principal?.roles.join(', ') ?? ''}), clocks ${ok ? 'agree' : `differ by ${String(Math.round(difference / 1000))} s`}`,
    fix: 'set the clock of this machine: what you sign would be refused as expired or as issued in the future',
  };
}
