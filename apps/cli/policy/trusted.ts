import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { keyIdOf } from '../../../adapters/sigstore/keys.js';
import { type Digest, hexOf, parseDigest } from '../../../core/digest.js';
import { LanekeeperError } from '../../../core/errors.js';
import { parsePolicyRoots } from '../../../core/governance/pins.js';
import type { Principal } from '#gen/governance/v1/identity_service_pb.js';
import { usageError } from '../errors/report-error.js';
import { whyUnreadable } from '../program/why-unreadable.js';
import type { Context } from '../program/context.js';

/** The digest of what a tenant was installed with, which a person gives: itself, or a file in the form of `policy-roots`. */
export async function rootOf(context: Context, given: string | undefined, tenant: string): Promise<Digest> {
  if (given !== undefined && /^sha256:[0-9a-f]{64}$/.test(given)) return parseDigest(given);
  const file = given === undefined ? join(context.stack().dataDir, 'policy-roots') : resolve(context.cwd, given);
  const text = (await readOf(file, 'pass --root sha256:…, or a file with it such as policy-roots')).trim();
  const root = text.startsWith('sha256:') ? parseDigest(text) : parsePolicyRoots(text).get(tenant);
  if (root !== undefined) return root;
  throw usageError(`${file} names no digest of the tenant ${tenant}`, 'it says TENANT=sha256:…');
}

/** The public keys of each person in a folder, in files named `NAME.pem` or `NAME-` and the beginning of the key's id. */
export async function keysIn(folder: string): Promise<(principal: string) => readonly string[]> {
  const keys = new Map<string, string[]>();
  const files = await readdir(folder).catch((error: unknown) => {
    throw usageError(`${folder} cannot be read: ${whyUnreadable(error)}`, 'pass --keys FOLDER with files NAME.pem');
  });
  for (const file of files.filter((name) => name.endsWith('.pem'))) {
    const text = await readOf(join(folder, file), 'pass --keys FOLDER with files NAME.pem');
    if (!text.includes('PUBLIC KEY')) continue;
    const person = personOf(basename(file, '.pem'), text);
    keys.set(person, [...(keys.get(person) ?? []), text]);
  }
  return (principal) => keys.get(principal) ?? [];
}

/** Whose key a file has: `NAME`, or `NAME-` and the beginning of this very key's id. A person may be called like that, too. */
function personOf(name: string, publicKeyPem: string): string {
  const [, person, beginning] = /^(.+)-([0-9a-f]{12})$/.exec(name) ?? [];
  if (person === undefined || beginning === undefined) return name;
  return hexOf(keyIdOf(publicKeyPem)).startsWith(beginning) ? person : name;
}

/** The public keys of people as a stack tells them, whether or not they have been revoked since: no more than its word. */
export function keysTold(principals: readonly Principal[]): (principal: string) => readonly string[] {
  return (principal) =>
    principals
      .filter(({ name }) => name === principal)
      .flatMap(({ keys }) => keys.filter(({ purpose }) => purpose === 'person').map((key) => key.publicKeyPem));
}

/** The roles of people in a file. @throws INVALID_INPUT */
export async function rolesIn(file: string): Promise<(principal: string) => readonly string[] | undefined> {
  const next = 'write NAME: [ROLE, …], one person a line';
  const read: unknown = parse(await readOf(file, next));
  const people = Object.entries(typeof read === 'object' && read !== null ? read : {});
  if (people.length === 0 || people.some(([, roles]) => !isListOfTexts(roles)))
    throw new LanekeeperError('INVALID_INPUT', { message: 'this file names no roles of people', object: file, next });
  const roles = new Map(people as readonly (readonly [string, readonly string[]])[]);
  return (principal) => roles.get(principal);
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function readOf(file: string, next: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw usageError(`${file} cannot be read: ${whyUnreadable(error)}`, next);
  });
}
