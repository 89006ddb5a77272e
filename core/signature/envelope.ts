import { concatBytes, fromBase64, toBase64, utf8Of } from '../bytes.js';
import { LanekeeperError } from '../errors.js';
import { payloadType } from '../evidence/statement.js';
import { canonicalJson } from '../hash.js';

/** The largest bundle that is read, in bytes: an SBOM with a few thousand components. */
export const maxBundleBytes = 16 * 1024 * 1024;

const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** The spellings of the media type since version 0.1 of the format. */
const mediaTypes = /^application\/vnd\.dev\.sigstore\.bundle(\+json;version=\d\.\d|\.v\d\.\d\+json)/;

/** A signed payload, before anybody has verified its signature. */
export interface Envelope {
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * The bytes that are signed for a payload: the pre-authentication encoding of DSSE, which binds the type to the payload.
 * https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md
 */
export function preAuthEncoding(payload: Uint8Array, type: string = payloadType): Uint8Array {
  const typeBytes = utf8Of(type);
  const header = [utf8Of(`DSSEv1 ${String(typeBytes.length)} `), typeBytes, utf8Of(` ${String(payload.length)} `)];
  return concatBytes([...header, payload]);
}

/**
 * A DSSE envelope in a Sigstore bundle v0.3, as canonical JSON. The key hint and the key id stay empty, because `cosign`
 * refuses an envelope with a key id when it is given a plain public key.
 */
export function writeBundle({ payload, signature }: Envelope): string {
  return canonicalJson({
    mediaType,
    verificationMaterial: { publicKey: {}, timestampVerificationData: {} },
    dsseEnvelope: { payload: toBase64(payload), payloadType, signatures: [{ sig: toBase64(signature) }] },
  });
}

/**
 * Reads a Sigstore bundle with an in-toto statement in a DSSE envelope that a local key has signed. Proofs of a
 * transparency log or of a time stamp are refused, since nobody here verifies them.
 *
 * @throws EVIDENCE_INVALID
 */
export function openBundle(bytes: Uint8Array): Envelope {
  if (bytes.length > maxBundleBytes) throw notABundle(`it is larger than ${String(maxBundleBytes)} bytes`);
  const bundle = recordOf(parseJson(bytes, 'the bundle'), 'the bundle');
  const type = bundle['mediaType'];
  if (typeof type !== 'string' || !mediaTypes.test(type)) throw notABundle('its media type is not that of a bundle');
  requireLocalKey(recordOf(bundle['verificationMaterial'], 'verificationMaterial'));
  if (isSet(bundle['messageSignature'])) throw notABundle('it holds no DSSE envelope');
  const envelope = recordOf(bundle['dsseEnvelope'], 'dsseEnvelope');
  if (envelope['payloadType'] !== payloadType) throw notABundle(`its payload type is not ${payloadType}`);
  const signatures = envelope['signatures'];
  if (!Array.isArray(signatures) || signatures.length !== 1) throw notABundle('it must hold exactly one signature');
  return {
    payload: bytesOf(envelope['payload'], 'the payload'),
    signature: bytesOf(recordOf(signatures[0], 'the signature')['sig'], 'the signature'),
  };
}

/** Reads JSON in UTF-8. @throws EVIDENCE_INVALID */
export function parseJson(bytes: Uint8Array, object: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    throw notABundle(`${object} is not JSON in UTF-8`, error);
  }
}

function requireLocalKey(material: Readonly<Record<string, unknown>>): void {
  if (!isSet(material['publicKey']) || isSet(material['certificate']) || isSet(material['x509CertificateChain']))
    throw notABundle('it was not signed with a local key');
  const { tlogEntries, timestampVerificationData } = material;
  const stamps = isRecord(timestampVerificationData) ? timestampVerificationData['rfc3161Timestamps'] : undefined;
  for (const proofs of [tlogEntries, stamps])
    if (isSet(proofs) && !(Array.isArray(proofs) && proofs.length === 0))
      throw notABundle('it carries proofs of a transparency log or of a time stamp, which are not verified here');
}

function recordOf(value: unknown, object: string): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw notABundle(`${object} is missing or not a JSON object`);
}

/** Reads bytes as JSON of protocol buffers has them: in either alphabet of base64. */
function bytesOf(value: unknown, object: string): Uint8Array {
  const text = typeof value === 'string' ? value : '';
  const bytes = fromBase64(/[-_]/.test(text) ? text.replaceAll('-', '+').replaceAll('_', '/') : text);
  if (bytes === undefined || bytes.length === 0) throw notABundle(`${object} is missing or not base64`);
  return bytes;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notABundle(why: string, cause?: unknown): LanekeeperError {
  return new LanekeeperError(
    'EVIDENCE_INVALID',
    {
      message: 'this is not a Sigstore bundle with a signed in-toto statement',
      why,
      next: 'attach the bundle file that the signing tool wrote',
    },
    { cause },
  );
}
