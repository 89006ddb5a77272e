import type { Digest } from '../digest.js';

/**
 * The folder of a downloaded bundle, wherever it is: on a disk, behind a server, in memory. Names are relative and have
 * slashes. Its content is hostile: whoever implements this follows no link, and reads no more than it is told to.
 */
export interface BundleFolder {
  /** The bytes of a file. @throws BundleProblem when there is none, or it is larger than `limitBytes` */
  read(name: string, limitBytes: number): Promise<Uint8Array>;
  /** The sha256 of a file, which need not fit into memory. @throws BundleProblem */
  digest(name: string): Promise<Digest>;
  /** The names of everything below a folder that is not a folder itself, links included; none when it is missing. */
  list(folder: string): Promise<readonly string[]>;
}

/** What can be wrong with a bundle's folder. */
export type ProblemKind =
  /** Something that the bundle names is not there. */
  | 'missing'
  /** A link, a folder or a device is in the place of a file. */
  | 'not-a-file'
  | 'too-large'
  /** The bytes have another digest than the one that names them. */
  | 'wrong-digest'
  /** It does not have its format. */
  | 'malformed'
  /** No trusted key has signed it, or a key that was not valid then. */
  | 'untrusted'
  /** It is genuine, but says something else than the bundle. */
  | 'contradiction'
  /** Nothing in the bundle names it. */
  | 'unlisted'
  /** The folder could not be read. */
  | 'unreadable';

/** Why a check of a bundle's folder has failed. */
export class BundleProblem extends Error {
  readonly kind: ProblemKind;

  constructor(kind: ProblemKind, why: string) {
    super(why);
    this.name = 'BundleProblem';
    this.kind = kind;
  }
}
