import { fromBase64, fromHex, latin1Of, numberOf } from '../bytes.js';
import { hexOf } from '../digest.js';
import { LanekeeperError } from '../errors.js';
import { digestOf, portableHashing } from '../hash.js';

/** A public key that signs commits. */
export interface CommitPublicKey {
  readonly format: 'ssh' | 'openpgp';
  /** `SHA256:…` of an SSH key as `ssh-keygen -l` prints it, 40 upper-case hex digits of an OpenPGP key. */
  readonly fingerprint: string;
  /** The key alone, without a comment. */
  readonly publicKey: string;
}

const maxLength = 65_536;
const sshTypes =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com)$/;

/** Reads a public key: the line of an SSH key, or an OpenPGP key in ASCII armour. @throws INVALID_INPUT */
export function parseCommitKey(text: string): CommitPublicKey {
  if (text.length > maxLength) throw invalid(`it is longer than ${String(maxLength)} characters`);
  const trimmed = text.trim();
  if (trimmed.includes('PRIVATE KEY')) throw invalid('it is a private key, which must not leave its owner');
  return trimmed.startsWith('-----BEGIN PGP PUBLIC KEY BLOCK-----') ? openPgpKey(trimmed) : sshKey(trimmed);
}

/** The SSH wire format (RFC 4253, section 6.6) begins with the name of the key's type, preceded by its length. */
function sshKey(line: string): CommitPublicKey {
  const [type = '', encoded = '', ...comment] = line.split(/[ \t]+/);
  if (!sshTypes.test(type) || /[\r\n]/.test(line) || comment.join(' ').length > 1000)
    throw invalid('it is neither the line of an SSH public key nor an OpenPGP public key in ASCII armour');
  const blob = fromBase64(encoded);
  if (blob === undefined) throw invalid('its base64 is damaged');
  const length = numberOf(blob.subarray(0, 4));
  if (latin1Of(blob.subarray(4, 4 + Math.min(length, 100))) !== type)
    throw invalid(`it does not hold a key of type ${type}`);
  const hash = btoa(latin1Of(fromHex(hexOf(digestOf(blob))))).replace(/=+$/, '');
  return { format: 'ssh', fingerprint: `SHA256:${hash}`, publicKey: `${type} ${encoded}` };
}

/** A transferable public key begins with its primary key (RFC 9580, section 10.1). */
function openPgpKey(armoured: string): CommitPublicKey {
  const bytes = dearmor(armoured);
  const { tag, body, end } = packetAt(bytes);
  if (tag !== 6) throw invalid('it does not begin with a primary key');
  if (body[0] !== 4) throw invalid(`it is a key of version ${String(body[0] ?? 0)}; only version 4 is supported`);
  let at = end;
  while (at < bytes.length) {
    const next = packetAt(bytes, at);
    if (next.tag === 6) throw invalid('it holds more than one key; enrol each on its own');
    at = next.end;
  }
  // RFC 9580, section 5.5.4.2: the sha1 of 0x99, a length of two octets, and the packet.
  const header = Uint8Array.of(0x99, body.length >> 8, body.length & 0xff);
  const fingerprint = portableHashing.sha1().update(header).update(body).digest().toUpperCase();
  return { format: 'openpgp', fingerprint, publicKey: armoured };
}

/** The bytes in an ASCII armour (RFC 9580, section 6.2). @throws INVALID_INPUT */
export function dearmor(armoured: string): Uint8Array {
  const [, content] =
    /^-----BEGIN PGP [A-Z ]+-----\r?\n([\s\S]*?)\r?\n-----END PGP [A-Z ]+-----$/.exec(armoured.trim()) ?? [];
  if (content === undefined || content.includes('-----'))
    throw invalid('its ASCII armour is damaged, or holds more than one block');
  const lines = content.split(/\r?\n/);
  const empty = lines.findIndex((line) => line.trim() === '');
  const headers = lines.slice(0, Math.max(0, empty));
  const body = headers.every((line) => /^[A-Za-z]+: /.test(line)) ? lines.slice(empty + 1) : lines;
  const encoded = body.filter((line) => !line.startsWith('=')).join('');
  const bytes = fromBase64(encoded);
  if (bytes === undefined) throw invalid('its base64 is damaged');
  return bytes;
}

/** The packet at an offset (RFC 9580, section 4.2), in either format of its header. */
function packetAt(
  bytes: Uint8Array,
  at = 0,
): { readonly tag: number; readonly body: Uint8Array; readonly end: number } {
  const first = bytes[at] ?? 0;
  if ((first & 0x80) === 0) throw invalid('it is not OpenPGP');
  const isNew = (first & 0x40) !== 0;
  const { start, length } = isNew ? newLength(bytes, at + 1) : oldLength(bytes, at + 1, first & 0x03);
  const end = start + length;
  if (end > bytes.length) throw invalid('it is cut off');
  return { tag: isNew ? first & 0x3f : (first & 0x3c) >> 2, body: bytes.subarray(start, end), end };
}

function newLength(bytes: Uint8Array, at: number): { readonly start: number; readonly length: number } {
  const first = bytes[at] ?? 0;
  if (first < 192) return { start: at + 1, length: first };
  if (first < 224) return { start: at + 2, length: ((first - 192) << 8) + (bytes[at + 1] ?? 0) + 192 };
  if (first < 255) throw invalid('it has a packet of partial length');
  return { start: at + 5, length: numberAt(bytes, at + 1, 4) };
}

function oldLength(bytes: Uint8Array, at: number, type: number): { readonly start: number; readonly length: number } {
  if (type === 3) throw invalid('it has a packet of unknown length');
  const size = 1 << type;
  return { start: at + size, length: numberAt(bytes, at, size) };
}

function numberAt(bytes: Uint8Array, at: number, size: number): number {
  if (at + size > bytes.length) throw invalid('it is cut off');
  return numberOf(bytes.subarray(at, at + size));
}

function invalid(why: string): LanekeeperError {
  return new LanekeeperError('INVALID_INPUT', {
    message: 'this is not a public key that signs commits',
    why,
    next: 'give the public SSH key (for example ~/.ssh/id_ed25519.pub) or the output of gpg --armor --export ADDRESS',
  });
}
