import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { digestOf } from '../../core/hash.js';
import type { SignatureVerifier, StatementSigner } from '../../core/signature/ports.js';

/** A P-256 key pair in PEM: PKCS #8 without a passphrase, and SPKI. */
export interface KeyPair {
  readonly privateKeyPem: string;
  readonly publicKeyPem: string;
}

/** A new P-256 key pair. */
export function generateKeyPair(): KeyPair {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { privateKeyPem: pair.privateKey, publicKeyPem: pair.publicKey };
}

/**
 * The name of a public key: sha256 of its DER form with the uncompressed point (RFC 5480, section 2.2), whatever form it
 * is given in: a key has one name. @throws INVALID_INPUT
 */
export function keyIdOf(publicKeyPem: string): Digest {
  return digestOf(publicKeyOf(publicKeyPem).export({ type: 'spki', format: 'der' }));
}

/** Reads and uses public keys with Node's cryptography. */
export const nodeVerifier = {
  keyIdOf,
  verify: (publicKeyPem: string, data: Uint8Array, signature: Uint8Array): boolean =>
    verify('sha256', data, publicKeyOf(publicKeyPem), signature),
} satisfies SignatureVerifier;

/** A public key as it is enrolled: its name, and the one form whose DER has that digest. @throws INVALID_INPUT */
export function canonicalKey(publicKeyPem: string): { readonly keyId: Digest; readonly publicKeyPem: string } {
  const key = publicKeyOf(publicKeyPem);
  return { keyId: keyIdOf(publicKeyPem), publicKeyPem: key.export({ type: 'spki', format: 'pem' }).toString() };
}

/** Keys that were read, the oldest of which are forgotten first: a round verifies with the same few again and again. */
const readKeys = new Map<string, KeyObject>();
const maxReadKeys = 1_000;

/** Reads a P-256 public key. @throws INVALID_INPUT */
function publicKeyOf(publicKeyPem: string): KeyObject {
  const known = readKeys.get(publicKeyPem);
  if (known !== undefined) return known;
  const key = readPublicKey(publicKeyPem);
  readKeys.set(publicKeyPem, key);
  for (const oldest of readKeys.keys()) {
    if (readKeys.size <= maxReadKeys) break;
    readKeys.delete(oldest);
  }
  return key;
}

function readPublicKey(publicKeyPem: string): KeyObject {
  // Node derives a public key from a private one; a private key where a public one belongs is a leak and not a
  // convenience.
  if (publicKeyPem.length > 10_000 || publicKeyPem.includes('PRIVATE KEY')) throw notAKey('public');
  try {
    const key = requireP256(createPublicKey(publicKeyPem));
    // OpenSSL writes a point in the form in which it has read it, compressed or hybrid too. A JWK has coordinates alone.
    return createPublicKey({ key: key.export({ format: 'jwk' }), format: 'jwk' });
  } catch (error) {
    throw notAKey('public', error);
  }
}

/** A signer from a private key in PEM. @throws INVALID_INPUT when it is not an unencrypted P-256 key */
export function loadSigner(privateKeyPem: string): StatementSigner {
  const privateKey = privateKeyOf(privateKeyPem);
  const publicKey = createPublicKey(privateKey);
  return {
    keyId: digestOf(publicKey.export({ type: 'spki', format: 'der' })),
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (data) => sign('sha256', data, privateKey),
  };
}

/** A signer from a key file, which only its owner may read. @throws CONFIGURATION, INVALID_INPUT */
export async function loadSignerFile(path: string): Promise<StatementSigner> {
  const found = await stat(path).catch((error: unknown) => {
    throw new LanekeeperError(
      'CONFIGURATION',
      { message: 'the key file cannot be read', object: path, next: 'name the file that holds your private key' },
      { cause: error },
    );
  });
  if ((found.mode & 0o077) !== 0) {
    throw new LanekeeperError('CONFIGURATION', {
      message: 'the key file can be read by others',
      object: path,
      why: `its mode is ${(found.mode & 0o777).toString(8)}; a private key is for its owner alone`,
      next: `chmod 600 ${path}`,
    });
  }
  return loadSigner(await readFile(path, 'utf8'));
}

/**
 * Writes a key pair; the private file is 0600 from its first byte.
 * @throws CONFIGURATION when a key already exists
 */
export async function writeKeyPair(
  pair: KeyPair,
  paths: { readonly privateKey: string; readonly publicKey: string },
): Promise<void> {
  await mkdir(dirname(paths.privateKey), { recursive: true, mode: 0o700 });
  const file = await open(paths.privateKey, 'wx', 0o600).catch((error: unknown) => {
    throw new LanekeeperError(
      'CONFIGURATION',
      { message: 'the key file cannot be created', object: paths.privateKey, why: 'a key is never overwritten' },
      { cause: error },
    );
  });
  try {
    await file.writeFile(pair.privateKeyPem);
    await file.sync();
  } finally {
    await file.close();
  }
  await writeFile(paths.publicKey, pair.publicKeyPem, { mode: 0o644 });
}

function privateKeyOf(pem: string): KeyObject {
  try {
    return requireP256(createPrivateKey(pem));
  } catch (error) {
    throw notAKey('private', error);
  }
}

function requireP256(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  throw new TypeError('another kind of key');
}

function notAKey(part: 'public' | 'private', cause?: unknown): LanekeeperError {
  return new LanekeeperError(
    'INVALID_INPUT',
    {
      message: `this is not a ${part} P-256 key in PEM`,
      next: 'create one with: openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt',
    },
    { cause },
  );
}
