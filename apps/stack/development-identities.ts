import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair, keyIdOf, writeKeyPair } from '../../adapters/sigstore/keys.js';
import { digestOf } from '../../core/hash.js';
import { formatToken } from '../../core/identity/token.js';
import { openDatabase, type Transaction } from '../../store/database.js';
import { linkAddress } from '../../store/identity/addresses.js';
import { enrolKey } from '../../store/identity/keys.js';
import { ensureToken } from '../../store/identity/tokens.js';
import { ensurePrincipal } from '../../store/identity/write.js';

/** The people of a development stack, on loopback only. Each has a key, a token and roles of their own. */
const people = [
  { name: 'dev', displayName: 'Dev', roles: ['developer', 'release-manager', 'operator'] },
  { name: 'alice', displayName: 'Alice (product owner)', roles: ['product-owner'] },
  { name: 'bob', displayName: 'Bob (quality)', roles: ['qa'] },
  { name: 'carol', displayName: 'Carol (release manager)', roles: ['release-manager', 'operator'] },
] as const;

/** The machine keys of the sign queue, each for its own purpose. */
const machines = [
  { name: 'builder', displayName: 'Build signing key', purpose: 'build' },
  { name: 'verifier', displayName: 'Verification signing key', purpose: 'verification' },
] as const;

const tenant = 'default';

/**
 * Creates what a development stack needs to sign and to identify people, unless it exists, and enrols it. Files are
 * 0600 in folders of 0700; running it again changes nothing.
 *
 * @param dataDir folder of the stack: `identities/<person>/` and `keys/<purpose>/` are in it
 * @param databaseUrl connection string of the enrolment role
 */
export async function ensureDevelopmentIdentities(dataDir: string, databaseUrl: string): Promise<void> {
  const database = openDatabase({ url: databaseUrl, maxConnections: 1 });
  try {
    for (const person of people) {
      const folder = join(dataDir, 'identities', person.name);
      const publicKeyPem = await ensureKey(folder);
      const token = await ensureTokenFile(folder);
      await database.transaction(tenant, async (tx) => {
        await ensurePrincipal(tx, { ...person, kind: 'human' });
        await linkAddress(tx, { address: `${person.name}@example.com`, principal: person.name, by: person.name });
        await enrol(tx, person.name, 'person', publicKeyPem);
        await ensureToken(tx, { tokenHash: digestOf(token), principal: person.name });
      });
    }
    for (const machine of machines) {
      const publicKeyPem = await ensureKey(join(dataDir, 'keys', machine.purpose));
      await database.transaction(tenant, async (tx) => {
        await ensurePrincipal(tx, {
          name: machine.name,
          displayName: machine.displayName,
          kind: 'service',
          roles: [],
        });
        await enrol(tx, machine.name, machine.purpose, publicKeyPem);
      });
    }
  } finally {
    await database.close();
  }
}

async function enrol(
  tx: Transaction,
  principal: string,
  purpose: 'person' | 'build' | 'verification',
  publicKeyPem: string,
): Promise<void> {
  await enrolKey(tx, {
    keyId: keyIdOf(publicKeyPem),
    principal,
    purpose,
    publicKeyPem,
    by: 'development set-up',
  });
}

async function ensureKey(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const paths = { privateKey: join(folder, 'key.pem'), publicKey: join(folder, 'pub.pem') };
  if (!(await exists(paths.privateKey)) || !(await exists(paths.publicKey)))
    await writeKeyPair(generateKeyPair(), paths);
  return readFile(paths.publicKey, 'utf8');
}

async function ensureTokenFile(folder: string): Promise<string> {
  const path = join(folder, 'token');
  if (!(await exists(path)))
    await writeFile(path, formatToken(tenant, randomBytes(24).toString('base64url')), { mode: 0o600 });
  return (await readFile(path, 'utf8')).trim();
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
