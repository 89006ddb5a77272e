import { concatBytes, latin1Of, textIfUtf8, utf8Of } from '../bytes.js';
import { invalidObject } from './git-object.js';

/** Who wrote or recorded a commit, as the commit itself says. */
export interface CommitPerson {
  /** At most 200 characters. */
  readonly name: string;
  /** At most 200 characters. */
  readonly email: string;
  /** RFC 3339 in UTC; 1970 where the commit has no readable time, as git reads it. */
  readonly at: string;
}

/** A commit, read from its object. */
export interface CommitObject {
  /** The tree of its files, 40 hex digits. */
  readonly tree: string;
  /** 40 hex digits each. */
  readonly parents: readonly string[];
  readonly author: CommitPerson;
  readonly committer: CommitPerson;
  /** The first line of its message, at most 200 characters. */
  readonly subject: string;
  /** The signature in its header `gpgsig`, OpenPGP or SSH, if there is one. */
  readonly signature?: string;
  /** What a signature is about: the object without its signatures. */
  signedPayload(): Uint8Array;
}

/** The largest commit object that is read, in bytes. */
export const maxCommitBytes = 1024 * 1024;

const idPattern = /^[0-9a-f]{40}$/;
const maxParents = 1000;
const maxText = 200;
/** The end of the year 9999, the last that has a date of ordinary length. */
const lastSecond = 253_402_300_799;
const newline = 0x0a;
const space = 0x20;

/** A line of the header: the name of a field, or a space where the line continues the one before. */
interface HeaderLine {
  readonly name: string;
  readonly value: Uint8Array;
  /** With its newline. */
  readonly bytes: Uint8Array;
}

/**
 * Reads the bytes of a commit object. The parts that other things rely on must be there, once and in git's order; names
 * and messages may be in any encoding: what is not UTF-8 is read byte by byte.
 * @throws SOURCE_REFUSED
 */
export function parseCommit(bytes: Uint8Array): CommitObject {
  if (bytes.length > maxCommitBytes) throw invalid(`it is larger than ${String(maxCommitBytes)} bytes`);
  const { lines, message } = split(bytes);
  const [first, ...rest] = lines;
  const parents = rest.slice(
    0,
    countWhile(rest, (line) => line.name === 'parent'),
  );
  const [author, committer, ...others] = rest.slice(parents.length);
  if (first?.name !== 'tree') throw invalid('it does not begin with its tree');
  if (author?.name !== 'author' || committer?.name !== 'committer')
    throw invalid('author and committer do not follow its parents');
  if (others.some(({ name }) => ['tree', 'parent', 'author', 'committer'].includes(name)))
    throw invalid('it names its tree, a parent, its author or its committer twice');
  if (parents.length > maxParents) throw invalid(`it has more than ${String(maxParents)} parents`);
  const signature = signatureIn(others);
  return {
    tree: idOf(first),
    parents: parents.map(idOf),
    author: personOf(author),
    committer: personOf(committer),
    subject: bounded(
      textOf(message)
        .split('\n')
        .find((line) => line.trim() !== '') ?? '',
    ),
    ...(signature !== undefined && { signature }),
    signedPayload: () => concatBytes([...withoutSignatures(lines).map((line) => line.bytes), bodyOf(bytes, lines)]),
  };
}

function split(object: Uint8Array): { readonly lines: readonly HeaderLine[]; readonly message: Uint8Array } {
  const lines: HeaderLine[] = [];
  let at = 0;
  while (at < object.length && object[at] !== newline) {
    const end = object.indexOf(newline, at);
    if (end < 0) throw invalid('its header does not end');
    const line = object.subarray(at, end);
    const gap = line.indexOf(space);
    const name = gap === 0 ? ' ' : latin1Of(line.subarray(0, gap < 0 ? line.length : gap));
    lines.push({
      name,
      value: gap < 0 ? new Uint8Array() : line.subarray(gap + 1),
      bytes: object.subarray(at, end + 1),
    });
    at = end + 1;
  }
  return { lines, message: object.subarray(Math.min(at + 1, object.length)) };
}

/** What follows the header, with the empty line between them. */
function bodyOf(object: Uint8Array, lines: readonly HeaderLine[]): Uint8Array {
  return object.subarray(lines.reduce((length, line) => length + line.bytes.length, 0));
}

function signatureIn(lines: readonly HeaderLine[]): string | undefined {
  const starts = lines.flatMap(({ name }, index) => (name === 'gpgsig' ? [index] : []));
  const [start, ...more] = starts;
  if (start === undefined) return undefined;
  if (more.length > 0) throw invalid('it has more than one signature');
  const following = lines.slice(start + 1);
  const continued = following.slice(
    0,
    countWhile(following, (line) => line.name === ' '),
  );
  return [lines[start], ...continued].map((line) => `${line === undefined ? '' : latin1Of(line.value)}\n`).join('');
}

/** As git does: every header that begins with `gpgsig` is left out, with the lines that continue it. */
function withoutSignatures(lines: readonly HeaderLine[]): readonly HeaderLine[] {
  let inside = false;
  return lines.filter((line) => {
    inside = line.name === ' ' ? inside : line.name.startsWith('gpgsig');
    return !inside;
  });
}

function idOf({ name, value }: HeaderLine): string {
  const id = latin1Of(value);
  if (idPattern.test(id)) return id;
  throw invalid(`its ${name} is not an object id`);
}

/** `Name <address> seconds zone`; everything but the two angle brackets may be missing. */
function personOf({ name, value }: HeaderLine): CommitPerson {
  const text = textOf(value);
  const open = text.indexOf('<');
  const close = text.indexOf('>', open);
  if (open < 0 || close < 0) throw invalid(`its ${name} has no address`);
  const seconds = Number(/^ (\d{1,12})(?: |$)/.exec(text.slice(text.lastIndexOf('>') + 1))?.[1] ?? 0);
  return {
    name: bounded(text.slice(0, open)),
    email: bounded(text.slice(open + 1, close)),
    at: new Date((seconds > lastSecond ? 0 : seconds) * 1000).toISOString(),
  };
}

function textOf(bytes: Uint8Array): string {
  return textIfUtf8(bytes) ?? latin1Of(bytes);
}

/** One line without control characters, at most {@link maxText} characters long, and never half a character. */
function bounded(text: string): string {
  const line = text
    .slice(0, 4 * maxText)
    .replaceAll(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, maxText);
  return new TextDecoder().decode(utf8Of(line)).replace(/\uFFFD$/, '');
}

function countWhile<T>(list: readonly T[], holds: (item: T) => boolean): number {
  const end = list.findIndex((item) => !holds(item));
  return end < 0 ? list.length : end;
}

function invalid(why: string): ReturnType<typeof invalidObject> {
  return invalidObject('commit', why);
}
