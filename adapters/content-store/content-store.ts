import type { Readable } from 'node:stream';
import type { Digest } from '../../core/digest.js';

/** The scheme of content store addresses: `cas:sha256:<hex>`. */
const scheme = 'cas:';

/** What a store knows about a blob that it holds. */
export interface StoredBlob {
  readonly digest: Digest;
  /** Size in bytes. */
  readonly size: number;
}

/**
 * Blobs by their content. Activities exchange digests, so that workers may run on different machines; what a digest
 * names is hashed again each time it is read, so that a changed blob is an error and never an input.
 */
interface Blobs {
  /** Stores bytes; storing them again changes nothing. */
  put(bytes: Uint8Array | string): Promise<Digest>;
  /** Stores what a stream yields, without holding it in memory. @throws INVALID_INPUT above the size limit */
  putStream(source: AsyncIterable<Uint8Array>): Promise<StoredBlob>;
  /** Stores a file. */
  putFile(path: string): Promise<StoredBlob>;
  /** The bytes of a blob, hashed again. @throws BLOB_MISSING, BLOB_CORRUPT, INVALID_INPUT above `limitBytes` */
  get(digest: Digest, limitBytes?: number): Promise<Buffer>;
  /** A stream of a blob that was hashed again in full before the stream opens. @throws BLOB_MISSING, BLOB_CORRUPT */
  open(digest: Digest): Promise<Readable>;
  /** Whether a blob with this name exists; its content is not read. */
  has(digest: Digest): Promise<boolean>;
}

/** The bytes of all tenants, where they are kept. Only what puts a process together sees it. */
export type BlobFolder = Blobs;

/**
 * The blobs of one tenant: those whose bytes it has stored. Reading any other is NOT_FOUND, whether or not somebody else
 * has stored it. A digest is a name and no secret: it is in manifests, histories and logs.
 */
export interface ContentStore extends Blobs {
  readonly tenant: string;
}

/** The content stores of all tenants: what a process works with. */
export interface TenantStores {
  of(tenant: string): ContentStore;
}

/** The address of a blob, as manifests and attestations hold it. */
export function uriOf(digest: Digest): string {
  return `${scheme}${digest}`;
}
