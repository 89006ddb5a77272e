import { bytesToHex } from '@noble/hashes/utils.js';

/** Work on bytes without Node, for what reads the objects of other programs. */

/** How many arguments a function may be given everywhere. */
const maxArguments = 8_192;

/** These bytes one after another. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The order of bytes, as `memcmp` has it; of two that begin alike, the shorter one is first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Text as UTF-8. */
export function utf8Of(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Bytes as text if they are UTF-8. */
export function textIfUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes as text, a character for each byte. */
export function latin1Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += maxArguments) text += charactersOf(bytes.subarray(at, at + maxArguments));
  return text;
}

/** `apply` takes an array of bytes at once; spreading it would take them one by one. */
function charactersOf(bytes: Uint8Array): string {
  return Reflect.apply(String.fromCharCode, undefined, bytes) as string;
}

/** Bytes in hex. */
export function toHex(bytes: Uint8Array): string {
  return bytesToHex(bytes);
}

/** The bytes that hex digits stand for. */
export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

const base64Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const valueOfDigit = new Map(Array.from(base64Digits, (digit, value) => [digit, value]));

/** The bytes that base64 stands for; undefined for anything else. Workflows have no `atob`. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const digits = text.replace(/=+$/, '');
  if (digits.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let at = 0;
  for (let index = 0; index < digits.length; index += 1) {
    bits = ((bits << 6) | (valueOfDigit.get(digits.charAt(index)) ?? 0)) & 0xff_ff_ff;
    if (index % 4 === 0) continue;
    bytes[at] = (bits >> (6 - 2 * (index % 4))) & 0xff;
    at += 1;
  }
  return bytes;
}

/** Bytes in base64, padded. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(latin1Of(bytes));
}

/** A whole number from its bytes, the most significant first. */
export function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}
