import { generateKeyPair } from '../../adapters/sigstore/keys.js';
import { type Statement, subjectOf } from '../../core/evidence/statement.js';
import { digestOf } from '../../core/hash.js';

interface BundleJson {
  readonly dsseEnvelope: { payload: string; payloadType: string; readonly signatures: { sig: string }[] };
}

/** A signed bundle and the key to verify it with. */
export interface SignedBundle {
  readonly bundle: Uint8Array;
  readonly publicKeyPem: string;
}

/** The bundle with one thing changed. */
function changed(signed: SignedBundle, change: (json: BundleJson) => void): SignedBundle {
  const json = JSON.parse(Buffer.from(signed.bundle).toString()) as BundleJson;
  change(json);
  return { ...signed, bundle: Buffer.from(JSON.stringify(json)) };
}

/** The bundle with another statement under the old signature. */
function restated(signed: SignedBundle, change: (statement: Statement) => unknown): SignedBundle {
  return changed(signed, ({ dsseEnvelope }) => {
    const statement = JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString()) as Statement;
    dsseEnvelope.payload = Buffer.from(JSON.stringify(change(statement))).toString('base64');
  });
}

function otherSignature(signature: string): string {
  const bytes = Buffer.from(signature, 'base64');
  const last = bytes.length - 1;
  bytes.writeUInt8(bytes.readUInt8(last) ^ 1, last);
  return bytes.toString('base64');
}

/** Possible changes of signed evidence. Each must be refused here and by cosign. */
export const mutations: Readonly<Record<string, (signed: SignedBundle) => SignedBundle>> = {
  payload: (signed) => restated(signed, (statement) => ({ ...statement, predicate: { changed: true } })),
  subject: (signed) =>
    restated(signed, (statement) => ({ ...statement, subject: [subjectOf('web', digestOf('another image'))] })),
  type: (signed) => restated(signed, (statement) => ({ ...statement, predicateType: 'https://example.com/other' })),
  'payload type': (signed) =>
    changed(signed, ({ dsseEnvelope }) => {
      dsseEnvelope.payloadType = 'text/plain';
    }),
  signature: (signed) =>
    changed(signed, ({ dsseEnvelope }) => {
      for (const one of dsseEnvelope.signatures) one.sig = otherSignature(one.sig);
    }),
  key: (signed) => ({ ...signed, publicKeyPem: generateKeyPair().publicKeyPem }),
};
