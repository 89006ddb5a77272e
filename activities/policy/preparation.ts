import { setImmediate } from 'node:timers/promises';
import type { ContentStore, TenantStores } from '../../adapters/content-store/content-store.js';
import { verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import type { Digest } from '../../core/digest.js';
import { asLanekeeperError, LanekeeperError, messageOf } from '../../core/errors.js';
import { parseCommitsStatement } from '../../core/evidence/commits.js';
import { parseDecisionStatement } from '../../core/evidence/read-decision.js';
import { describeStatement } from '../../core/evidence/describe.js';
import { type Statement, subjectDigestsOf } from '../../core/evidence/statement.js';
import { isTestResult } from '../../core/evidence/test-result.js';
import type { RuleBook } from '../../core/governance/rule-book.js';
import type { SaidOfObject } from '../../core/signed-object/believe.js';
import type { Transaction } from '../../store/database.js';
import { requireReport } from '../evidence/require-report.js';
import type { EvidenceCache, VerifiedEvidence } from './evidence-cache.js';
import type { RuleSource } from './rule-source.js';

/** An attestation that a transaction needs and that is not known as verified. */
export interface UnverifiedEvidence {
  readonly id: string;
  readonly checksum: Digest;
  readonly keyId: Digest;
  readonly publicKeyPem: string;
}

/** A statement about an object of people that a transaction needs and that is not known as verified. */
export interface UnverifiedObject {
  readonly statement: Digest;
  readonly keyId: Digest;
  readonly publicKeyPem: string;
  /** The Sigstore bundle. */
  readonly signed: string;
  /** Reads what it says. @throws EVIDENCE_INVALID */
  readonly read: (statement: Statement) => SaidOfObject;
}

/** Thrown by a transaction that needs what cannot be had inside of one: it rolls back, and runs again once it is there. */
export class Unprepared extends Error {
  readonly evidence: readonly UnverifiedEvidence[];
  readonly objects: readonly UnverifiedObject[];
  readonly rules: boolean;

  constructor(needs: Partial<Pick<Unprepared, 'evidence' | 'objects' | 'rules'>>) {
    super('a transaction needs something that cannot be had inside of one');
    this.name = 'Unprepared';
    this.evidence = needs.evidence ?? [];
    this.objects = needs.objects ?? [];
    this.rules = needs.rules ?? false;
  }
}

/** What preparing needs. */
export interface PreparationDeps {
  readonly blobs: TenantStores;
  readonly rules: RuleSource;
  readonly cache: EvidenceCache;
}

/** How often a transaction may ask for more: each time, something has arrived since the last. */
const maxPreparations = 16;

/**
 * Runs `work`, whose transaction throws {@link Unprepared} for what it lacks, until it lacks nothing. Files are read and
 * signatures verified between its attempts, so that no transaction, and no lock, lasts as long as that takes.
 *
 * @param tenant whose work it is: no blob of another is read
 * @param budgetMs how long preparing may take in all
 * @throws TIMED_OUT when it takes longer; what was verified so far is remembered
 */
export async function whenPrepared<T>(
  deps: PreparationDeps,
  tenant: string,
  work: (preparation: Preparation) => Promise<T>,
  budgetMs = Number.POSITIVE_INFINITY,
): Promise<T> {
  const preparation = new Preparation(deps, tenant, Date.now() + budgetMs);
  for (let count = 0; count < maxPreparations; count += 1) {
    try {
      return await work(preparation);
    } catch (error) {
      if (!(error instanceof Unprepared)) throw error;
      await preparation.provide(error);
    }
  }
  throw new LanekeeperError('BUSY', { message: 'evidence keeps arriving faster than it can be verified' });
}

/** What has been read and verified for one piece of work. */
export class Preparation {
  readonly #deps: PreparationDeps;
  readonly #blobs: ContentStore;
  readonly #deadline: number;
  /** Why attestations cannot be relied on. Not remembered: a disk can be repaired. */
  readonly #problems = new Map<string, string>();
  /** Why the rules cannot be believed. */
  #rulesProblem: LanekeeperError | undefined;

  constructor(deps: PreparationDeps, tenant: string, deadline: number) {
    this.#deps = deps;
    this.#blobs = deps.blobs.of(tenant);
    this.#deadline = deadline;
  }

  /** What an attestation says, or why it cannot be relied on; undefined when it has not been verified. */
  evidence(
    attestation: Pick<UnverifiedEvidence, 'checksum' | 'keyId' | 'id'>,
  ): VerifiedEvidence | { readonly problem: string } | undefined {
    const problem = this.#problems.get(attestation.id);
    if (problem !== undefined) return { problem };
    return this.#deps.cache.get(this.#blobs.tenant, attestation.checksum, attestation.keyId);
  }

  /** What a statement about an object says, or why it does not verify; undefined when that is not known. */
  object(statement: Digest, keyId: Digest): SaidOfObject | { readonly problem: string } | undefined {
    const problem = this.#problems.get(`${statement} ${keyId}`);
    if (problem !== undefined) return { problem };
    return this.#deps.cache.get(this.#blobs.tenant, statement, keyId)?.object;
  }

  /** The rules that a transaction sees, or why they cannot be believed. @throws Unprepared when that is not known yet */
  async rules(tx: Transaction): Promise<RuleBook | { readonly problem: LanekeeperError }> {
    if (this.#rulesProblem !== undefined) return { problem: this.#rulesProblem };
    const book = await this.#deps.rules.inForce(tx);
    if (book === undefined) throw new Unprepared({ rules: true });
    return book;
  }

  /** Remembers what a signature that was just verified says. */
  remember(checksum: Digest, keyId: Digest, statement: Statement): void {
    this.#deps.cache.put(this.#blobs.tenant, checksum, keyId, contentOf(statement));
  }

  /** Reads and verifies what a transaction lacked. @throws TIMED_OUT */
  async provide({ evidence, objects, rules }: Unprepared): Promise<void> {
    if (rules) await this.#loadRules();
    for (const attestation of evidence) await this.#inTime(() => this.#verify(attestation));
    for (const one of objects) await this.#inTime(() => this.#verifyObject(one));
  }

  async #inTime(verify: () => Promise<void>): Promise<void> {
    if (Date.now() > this.#deadline)
      throw new LanekeeperError('TIMED_OUT', { message: 'verifying the evidence takes longer than was allowed' });
    await verify();
    // Verifying is pure computation: others in this process get their turn in between.
    await setImmediate();
  }

  async #verify({ id, checksum, keyId, publicKeyPem }: UnverifiedEvidence): Promise<void> {
    try {
      await this.#deps.cache.verify(this.#blobs.tenant, checksum, keyId, async () => {
        const { statement } = verifyStatement(await this.#blobs.get(checksum), [publicKeyPem]);
        // A test result that its report contradicts, or that has none, cannot be relied on, however it came here.
        if (isTestResult(describeStatement(statement).kind)) await requireReport(this.#blobs, statement);
        return contentOf(statement);
      });
    } catch (error) {
      this.#problems.set(id, `attestation ${id} cannot be relied on: ${messageOf(error)}`);
    }
  }

  async #verifyObject({ statement, keyId, publicKeyPem, signed, read }: UnverifiedObject): Promise<void> {
    try {
      await this.#deps.cache.verify(this.#blobs.tenant, statement, keyId, () => {
        const verified = verifyStatement(new TextEncoder().encode(signed), [publicKeyPem]);
        if (verified.statementDigest !== statement) throw new Error('another statement is kept in its place');
        return Promise.resolve({ ...contentOf(verified.statement), object: read(verified.statement) });
      });
    } catch (error) {
      this.#problems.set(`${statement} ${keyId}`, `its newest statement cannot be relied on: ${messageOf(error)}`);
    }
  }

  async #loadRules(): Promise<void> {
    try {
      await this.#deps.rules.load(this.#blobs.tenant);
    } catch (error) {
      const problem = asLanekeeperError(error);
      // A database that does not answer says nothing about the rules.
      if (problem === undefined || problem.code === 'UNAVAILABLE' || problem.code === 'TIMED_OUT') throw error;
      this.#rulesProblem = problem;
    }
  }
}

function contentOf(statement: Statement): VerifiedEvidence {
  const described = { ...describeStatement(statement), subjects: subjectDigestsOf(statement) };
  switch (described.kind) {
    case 'decision':
      return { ...described, decision: parseDecisionStatement(statement) };
    case 'commits':
      return { ...described, commits: parseCommitsStatement(statement) };
    default:
      return described;
  }
}
