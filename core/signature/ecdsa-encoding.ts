import { concatBytes } from '../bytes.js';

/** How many bytes each of the two numbers of a P-256 signature has. */
const width = 32;

/**
 * A P-256 signature in ASN.1 DER (RFC 3279, section 2.2.3), which DSSE envelopes hold, from the two numbers side by side
 * (IEEE P1363), which WebCrypto makes.
 */
export function derOfP1363(signature: Uint8Array): Uint8Array {
  if (signature.length !== 2 * width) throw new RangeError(`a P-256 signature has ${String(2 * width)} bytes`);
  const numbers = concatBytes([integerOf(signature.subarray(0, width)), integerOf(signature.subarray(width))]);
  return concatBytes([Uint8Array.of(0x30, numbers.length), numbers]);
}

/** The same in the other direction; undefined for what is not the one DER form of two numbers of this size. */
export function p1363OfDer(der: Uint8Array): Uint8Array | undefined {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return undefined;
  const r = numberAt(der, 2);
  if (r === undefined) return undefined;
  const s = numberAt(der, r.end);
  return s?.end === der.length ? concatBytes([r.bytes, s.bytes]) : undefined;
}

/** An INTEGER: no zeros in front, but one where the first bit would make it negative. */
function integerOf(number: Uint8Array): Uint8Array {
  const first = number.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Uint8Array.of(0) : number.subarray(first);
  const sign = (digits[0] ?? 0) >= 0x80 ? [0] : [];
  return Uint8Array.of(0x02, sign.length + digits.length, ...sign, ...digits);
}

function numberAt(der: Uint8Array, at: number): { readonly bytes: Uint8Array; readonly end: number } | undefined {
  const start = at + 2;
  const end = start + (der[at + 1] ?? 0);
  const content = der.subarray(start, end);
  const [first = 0x80, second = 0x80] = content;
  const isMinimal = first !== 0 || second >= 0x80 || content.length === 1;
  if (der[at] !== 0x02 || end > der.length || first >= 0x80 || !isMinimal) return undefined;
  const digits = first === 0 ? content.subarray(1) : content;
  if (digits.length > width) return undefined;
  const bytes = new Uint8Array(width);
  bytes.set(digits, width - digits.length);
  return { bytes, end };
}
