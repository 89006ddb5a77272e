import { concatBytes, fromBase64, fromHex, toBase64 } from '../../core/bytes.js';
import { LanekeeperError } from '../../core/errors.js';
import { digestOf } from '../../core/hash.js';
import { derOfP1363, p1363OfDer } from '../../core/signature/ecdsa-encoding.js';
import type { SignatureVerifier, StatementSigner } from '../../core/signature/ports.js';

/** Signatures with WebCrypto: in browsers, and in Node. Nothing here may need Node. */
const { subtle } = globalThis.crypto;

type WebKey = Awaited<ReturnType<typeof subtle.importKey>>;

/** The two halves of a P-256 key as WebCrypto holds them. A page keeps them in IndexedDB, which stores no bytes of them. */
export interface WebKeyPair {
  readonly privateKey: WebKey;
  readonly publicKey: WebKey;
}

const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const algorithm = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** The DER form of every P-256 public key up to its uncompressed point (RFC 5480, section 2). */
const spkiPrefix = fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200');

/** A new P-256 key whose private half no script can read, also not the one that makes it. */
export async function generateWebKey(): Promise<WebKeyPair> {
  return subtle.generateKey(curve, false, ['sign', 'verify']);
}

/** A signer with a key of WebCrypto. */
export async function webSigner({ privateKey, publicKey }: WebKeyPair): Promise<StatementSigner> {
  const spki = await spkiOf(publicKey);
  return {
    keyId: digestOf(spki),
    publicKeyPem: pemOf(spki),
    sign: async (data) => derOfP1363(new Uint8Array(await subtle.sign(algorithm, privateKey, new Uint8Array(data)))),
  };
}

/** Reads and uses public keys with WebCrypto. Browsers do not read keys with a compressed point; enrolled keys have none. */
export const webVerifier: SignatureVerifier = {
  keyIdOf: async (publicKeyPem) => digestOf(await spkiOf(await publicKeyOf(publicKeyPem))),
  async verify(publicKeyPem, data, signature) {
    const key = await publicKeyOf(publicKeyPem);
    const numbers = p1363OfDer(signature);
    return numbers !== undefined && subtle.verify(algorithm, key, new Uint8Array(numbers), new Uint8Array(data));
  },
};

async function publicKeyOf(pem: string): Promise<WebKey> {
  const [, base64 = ''] =
    /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]{1,10000})-----END PUBLIC KEY-----\s*$/.exec(pem) ?? [];
  const der = fromBase64(base64.replaceAll(/\s/g, ''));
  try {
    if (der === undefined) throw new TypeError('not PEM');
    return await subtle.importKey('spki', new Uint8Array(der), curve, true, ['verify']);
  } catch (error) {
    throw new LanekeeperError('INVALID_INPUT', { message: 'this is not a public P-256 key in PEM' }, { cause: error });
  }
}

async function spkiOf(publicKey: WebKey): Promise<Uint8Array> {
  return concatBytes([spkiPrefix, new Uint8Array(await subtle.exportKey('raw', publicKey))]);
}

function pemOf(spki: Uint8Array): string {
  const lines = toBase64(spki).match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n');
}
