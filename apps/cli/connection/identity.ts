import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LanekeeperError } from '../../../core/errors.js';
import { parsePrincipalName } from '../../../core/ids.js';
import type { Stack } from './stack.js';

/** The acting person, with a token for the API and a signing key. */
export interface Identity {
  readonly person: string;
  readonly token: string;
  readonly keyFile: string;
}

/** The identity of a person, from the stack's folder. @throws UNAUTHENTICATED, CONFIGURATION */
export function loadIdentity(stack: Stack, person: string): Identity {
  const folder = identityFolder(stack, person);
  const tokenFile = join(folder, 'token');
  const mode = statSync(tokenFile, { throwIfNoEntry: false })?.mode;
  if (mode === undefined) throw unknownPerson(stack, person);
  if ((mode & 0o077) !== 0) {
    throw new LanekeeperError('CONFIGURATION', {
      message: 'the token file can be read by other users',
      object: tokenFile,
      why: `its mode is ${(mode & 0o777).toString(8)}`,
      next: `chmod 600 ${tokenFile}`,
    });
  }
  const keyFile = join(folder, 'key.pem');
  for (const file of [tokenFile, originFileOf(tokenFile), keyFile]) requireInPlace(stack, person, file);
  requireOrigin(stack, tokenFile);
  return { person, token: readFileSync(tokenFile, 'utf8').trim(), keyFile };
}

/**
 * The file beside a token that names the origin of the API for which it was issued. The stack writes it for the
 * identities in its folder, since its ports can move.
 */
export function originFileOf(tokenFile: string): string {
  return `${tokenFile}.origin`;
}

/**
 * The files of an identity are its own, not links: a link in a folder that came from elsewhere could lead to the token of
 * another stack, and lie beside another origin, or to a key that would sign what that stack says.
 */
function requireInPlace({ dataDir }: Stack, person: string, file: string): void {
  const real = realpathOf(file);
  if (real === undefined || real === join(realpathSync(dataDir), 'identities', person, basename(file))) return;
  throw new LanekeeperError('CONFIGURATION', {
    message: 'the identity consists of links, which are not followed',
    object: file,
    why: `it leads to ${real}`,
    next: 'if it is yours, put a copy in its place',
  });
}

function realpathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** A token goes to the API for which it was issued, and to no other, whatever a stack file says. */
function requireOrigin({ apiUrl, file }: Stack, tokenFile: string): void {
  const issuedFor = readIfThere(originFileOf(tokenFile));
  const origin = URL.canParse(apiUrl) ? new URL(apiUrl).origin : apiUrl;
  if (issuedFor === origin) return;
  throw new LanekeeperError('CONFIGURATION', {
    message: 'the token is not sent to this API',
    object: tokenFile,
    why:
      issuedFor === undefined
        ? `it is not known for which API it was issued: ${originFileOf(tokenFile)} is missing`
        : `it was issued for ${issuedFor}, and ${file} names ${origin}`,
    next: `start the stack again, or, if the API is the right one: echo ${origin} > ${originFileOf(tokenFile)}`,
  });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** The folder in which a person keeps a key and a token. @throws INVALID_INPUT */
export function identityFolder(stack: Stack, person: string): string {
  return join(stack.dataDir, 'identities', parsePrincipalName(person, '--as'));
}

/** The people of a stack whose identities this user can see. */
export function knownPeople(stack: Stack): readonly string[] {
  try {
    return readdirSync(join(stack.dataDir, 'identities')).sort();
  } catch {
    return [];
  }
}

function unknownPerson(stack: Stack, person: string): LanekeeperError {
  const people = knownPeople(stack);
  return new LanekeeperError('UNAUTHENTICATED', {
    message: `unknown identity ${person}`,
    object: join(stack.dataDir, 'identities', person),
    why:
      people.length === 0
        ? 'the stack has no identities that this user can read'
        : `known identities: ${people.join(', ')}`,
    next: people.length === 0 ? 'lane doctor' : `lane --as ${people[0] ?? ''} …`,
  });
}
