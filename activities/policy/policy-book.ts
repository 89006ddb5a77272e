import { verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { parsePolicyAct } from '../../core/evidence/read-policy-act.js';
import { buildBook } from '../../core/governance/build-book.js';
import {
  type ChainedVersion,
  type ChainEvidence,
  problemOfChain,
  type VerifiedAct,
} from '../../core/governance/chain.js';
import { digestOfVersion, type InstalledDocument, wordsOf } from '../../core/governance/document.js';
import { type ParsedDocument, parseDocument } from '../../core/governance/parse-document.js';
import type { RuleBook } from '../../core/governance/rule-book.js';
import type { Database, Transaction } from '../../store/database.js';
import {
  actsOf,
  chainOf,
  readHeads,
  requireInstallation,
  type StoredAct,
  type StoredHead,
} from '../../store/governance/read.js';
import { enrolledKeys, wasValid } from '../../store/identity/read.js';
import { RecentBooks } from './recent-books.js';

/** How often the chains are read again where a version was published meanwhile. */
const maxLoads = 5;

/**
 * The rules that are in force, believed only after the whole chain of versions of each has been verified, from the newest
 * statement down to the digest that was pinned when the tenant was installed. What was verified is remembered by digest,
 * in memory: a version never changes.
 */
export class PolicyBook {
  readonly #database: Database;
  readonly #pinned: ReadonlyMap<string, Digest>;
  /** What is in force in each tenant, as far as it has been verified, by `keyOf`. */
  readonly #verified = new Map<string, ReadonlyMap<string, ParsedDocument>>();
  readonly #books = new RecentBooks();
  readonly #loading = new Map<string, Promise<RuleBook>>();

  readonly #keysCount: boolean;

  /**
   * @param pinned the digest of each tenant's installation, from configuration
   * @param options.forChanges whether rules are changed by it. What was published with a key that has been revoked since
   *   then judges nothing, and can be replaced; who may do so, the newest policy of policies says that still counts
   */
  constructor(
    database: Database,
    pinned: ReadonlyMap<string, Digest>,
    { forChanges = false }: { readonly forChanges?: boolean } = {},
  ) {
    this.#database = database;
    this.#pinned = pinned;
    this.#keysCount = !forChanges;
  }

  /**
   * The rules that a transaction sees, or undefined where a version in force has not been verified yet.
   *
   * @throws INVALID_POLICY
   */
  async inForce(tx: Transaction): Promise<RuleBook | undefined> {
    return this.#bookOf(tx.tenant, await readHeads(tx));
  }

  #bookOf(tenant: string, heads: readonly StoredHead[]): RuleBook | undefined {
    const state = stateOf(heads);
    const known = this.#books.get(tenant, state);
    if (known !== undefined) return known;
    const documents = this.#verified.get(tenant) ?? new Map<string, ParsedDocument>();
    if (heads.some((head) => !documents.has(keyOf(head)))) return undefined;
    const book = buildBook(
      heads.flatMap((head) => {
        const parsed = documents.get(keyOf(head));
        return parsed === undefined || !head.inForce ? [] : [{ ...head, parsed }];
      }),
    );
    this.#books.put(tenant, state, book);
    return book;
  }

  /**
   * Verifies what is in force in a tenant, in a transaction of its own. Those who ask meanwhile wait for the same: whether
   * these are still the rules, each asks `inForce` in its own transaction.
   *
   * @throws POLICY_UNTRUSTED when it is not to be believed, CONFIGURATION when nothing is pinned
   */
  load(tenant: string): Promise<RuleBook> {
    const loading = this.#loading.get(tenant) ?? this.#loadNow(tenant).finally(() => this.#loading.delete(tenant));
    this.#loading.set(tenant, loading);
    return loading;
  }

  async #loadNow(tenant: string): Promise<RuleBook> {
    for (let count = 1; ; count += 1) {
      const book = await this.#database.transaction(tenant, (tx) => this.#loadIn(tx, count < maxLoads));
      if (book !== undefined) return book;
    }
  }

  /** @returns undefined where a version was published while the chains were read, if that may be */
  async #loadIn(tx: Transaction, mayChange: boolean): Promise<RuleBook | undefined> {
    const { tenant } = tx;
    const heads = await readHeads(tx);
    const known = this.#verified.get(tenant);
    const missing = heads.filter((head) => known?.has(keyOf(head)) !== true);
    let verified: ReadonlyMap<string, ParsedDocument>;
    try {
      verified = new Map(await this.#verify(tx, missing));
    } catch (error) {
      // Each statement sees what is committed by then: heads and chains need not be of one moment.
      if (mayChange && stateOf(await readHeads(tx)) !== stateOf(heads)) return undefined;
      throw error;
    }
    // Of a tenant, what is in its heads now: no more is ever asked for again.
    const documents = heads.flatMap((head) => {
      const parsed = verified.get(keyOf(head)) ?? known?.get(keyOf(head));
      return parsed === undefined ? [] : [[keyOf(head), parsed] as const];
    });
    this.#verified.set(tenant, new Map(documents));
    const book = this.#bookOf(tenant, heads);
    if (book === undefined) throw new TypeError('what was just verified is not known');
    return book;
  }

  async #verify(
    tx: Transaction,
    heads: readonly StoredHead[],
  ): Promise<readonly (readonly [string, ParsedDocument])[]> {
    const documents: (readonly [string, ParsedDocument])[] = [];
    if (heads.length === 0) return documents;
    const pinned = this.#pinned.get(tx.tenant);
    if (pinned === undefined) throw notPinned(tx.tenant);
    const stored = await requireInstallation(tx);
    // Its digest is compared with the pinned one before anything else of it is believed.
    const installation = JSON.parse(stored.content) as readonly InstalledDocument[];
    const keys = new Map((await enrolledKeys(tx)).map((key) => [key.keyId, key]));
    for (const head of heads) {
      const versions = await chainOf(tx, head);
      const acts = await actsOf(
        tx,
        versions.map(({ digest }) => digest),
      );
      const verified = new Map<Digest, VerifiedAct[]>();
      for (const act of acts) {
        const one = verifyAct(act, keys, tx.tenant);
        if (one !== undefined) verified.set(act.version, [...(verified.get(act.version) ?? []), one]);
      }
      const evidence = {
        ...{ tenant: tx.tenant, installation, pinned, keysCount: this.#keysCount },
        actsOn: (version: Digest) => verified.get(version) ?? [],
      };
      const problem = problemOfChain(versions, evidence);
      const newest = versions.at(-1);
      if (problem !== undefined || newest?.digest !== head.digest)
        throw untrusted(head, problem ?? 'the newest version is not the one that was published last');
      const retired = (verified.get(head.digest) ?? []).some(
        ({ act, counts }) => (counts || !this.#keysCount) && act.verb === 'retire' && act.published !== false,
      );
      if (!head.inForce && !retired) throw untrusted(head, 'nobody has signed that it is taken out of force');
      const fileName = `${head.kind}/${head.name}@${String(head.version)}`;
      const says = head.kind === 'governance' ? newestThatCounts(versions, evidence) : newest;
      documents.push([keyOf(head), parseDocument(says.text, fileName)]);
    }
    return documents;
  }
}

/** The newest version whose keys count still; the first one was signed by nobody, and always does. */
function newestThatCounts<T extends ChainedVersion>(versions: readonly T[], evidence: ChainEvidence): T {
  const counted = versions.filter((_, index) => {
    return problemOfChain(versions.slice(0, index + 1), { ...evidence, keysCount: true }) === undefined;
  });
  const [newest] = counted.slice(-1);
  if (newest === undefined) throw new TypeError('no version of the policy of policies counts');
  return newest;
}

/** A version, and whether it is in force: both have to be proven, again when keys have ended. */
function keyOf({ digest, inForce, endedKeys }: StoredHead): string {
  return `${digest} ${inForce ? 'in force' : 'retired'} ${String(endedKeys)}`;
}

function stateOf(heads: readonly StoredHead[]): string {
  return heads.map(keyOf).join(' ');
}

/** What somebody has signed, if they have: with a key of theirs, about what the row says. */
function verifyAct(
  stored: StoredAct,
  keys: ReadonlyMap<
    Digest,
    Parameters<typeof wasValid>[0] & { readonly principal: string; readonly publicKeyPem: string }
  >,
  tenant: string,
): VerifiedAct | undefined {
  const key = keys.get(stored.keyId);
  if (key === undefined) return undefined;
  try {
    const { statement } = verifyStatement(new TextEncoder().encode(stored.signed), [key.publicKeyPem]);
    const act = parsePolicyAct(statement);
    if (act.principal !== key.principal || act.verb !== stored.verb) return undefined;
    if (act.tenant !== tenant || digestOfVersion(act.document) !== stored.version) return undefined;
    return { act, counts: wasValid(key, stored.registeredAt) };
  } catch {
    return undefined;
  }
}

function notPinned(tenant: string): LanekeeperError {
  return new LanekeeperError('CONFIGURATION', {
    message: 'no policies are pinned',
    object: `tenant ${tenant}`,
    why: 'without the digest of what was installed, anybody who can write the database could replace it',
    next: 'set LANEKEEPER_POLICY_ROOTS to what stack migrate says, as in default=sha256:…',
  });
}

function untrusted(head: StoredHead, why: string): LanekeeperError {
  return new LanekeeperError('POLICY_UNTRUSTED', {
    message: `${wordsOf(head)} is not to be believed`,
    object: `${head.kind}/${head.name}`,
    why,
    next: 'find out who has changed the database, or revoked a key: lane policy list; then restore it from a backup, or publish a new version',
  });
}
