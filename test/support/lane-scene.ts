import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { EvidenceCache } from '../../activities/policy/evidence-cache.js';
import type { RuleSource } from '../../activities/policy/rule-source.js';
import { advance, type AdvanceStimulus } from '../../activities/promotion/advance.js';
import type { ControlDeps } from '../../activities/promotion/deps.js';
import { openPromotion } from '../../activities/promotion/open-promotion.js';
import { type OwedStep, performSteps, type StepOfAttempt, withOwed } from '../../activities/promotion/perform-step.js';
import { type Answer, nothingSeen } from '../../activities/promotion/types.js';
import type { ContentStore } from '../../adapters/content-store/content-store.js';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import { ensureDevelopmentIdentities } from '../../apps/stack/development-identities.js';
import type { DecisionVerb } from '../../core/decision/verbs.js';
import type { Digest } from '../../core/digest.js';
import { type Decision, decisionStatement } from '../../core/evidence/decision.js';
import { workflowIds } from '../../core/ids.js';
import type { Lane } from '../../core/lanes.js';
import type { PromotionKind, Step } from '../../core/promotion/state.js';
import { readAlias, servicesOf } from '../../store/alias/read.js';
import { pointAliasToLive, recordObservation, switchAlias } from '../../store/alias/write.js';
import { type Database, openDatabase, type Transaction } from '../../store/database.js';
import { recordShownFacts } from '../../store/decision/shown-facts.js';
import { requirePromotion, type StoredPromotion } from '../../store/promotion/read.js';
import { openStores } from './blobs.js';
import { type EmbeddedCluster, startCluster } from './embedded-cluster.js';
import { type EvidenceTools, signerOf } from './sealed-bundle.js';
import { bookWith, staticRules } from './static-rules.js';

/** Bronze asks for a preview check, silver for an approval, gold for nothing that a sealed bundle lacks. */
const policyText = `
apiVersion: lanekeeper.dev/v1
kind: Policy
metadata: { name: default }
spec:
  gates:
    - id: tests-passed
      type: TESTS
      evidence: { kind: test-result, per: image, signers: { purposes: [build] } }
      rule: evidence.all(e, e.result == "PASSED")
      message: tests
    - id: preview-check
      type: DEFINITION_OF_DONE
      lanes: [bronze]
      evidence: { kind: preview-check, per: bundle, signers: { roles: [developer] } }
      rule: evidence.all(e, e.result == "PASSED")
      message: preview
    - id: approval
      type: APPROVAL
      lanes: [silver]
      approvals: { count: 1, roles: [qa, product-owner], separation: [author] }
      message: approval
    - id: preview-of-hotfix
      type: DEFINITION_OF_DONE
      kinds: [HOTFIX]
      lanes: [silver]
      evidence: { kind: preview-check, per: bundle, signers: { roles: [developer] } }
      rule: evidence.all(e, e.result == "PASSED")
      message: preview
    - id: hotfix-right
      type: COMPLIANCE
      kinds: [HOTFIX]
      lanes: [silver, gold]
      rule: requester.known
      message: request
    - id: rollback-right
      type: COMPLIANCE
      kinds: [ROLLBACK]
      rule: requester.known
      message: request
`;

/** A bundle on its way into a lane. */
export interface Way {
  readonly product: string;
  readonly lane: Lane;
  readonly bundle: Digest;
}

/** What is asked of an activity by the run of a promotion. */
interface Asking extends Partial<ControlDeps> {
  readonly signal?: AbortSignal;
}

/** A client that answers what is asked about runs, and nothing else. */
function playedBy(runOf: (runId: string) => unknown): ControlDeps['client'] {
  const client: unknown = { workflow: { getHandle: (_id: string, runId: string) => runOf(runId) } };
  return client as ControlDeps['client'];
}

/** Real rows, keys, blobs and gates; runs and the target of a lane are played by the test. */
export class LaneScene implements EvidenceTools {
  readonly cluster: EmbeddedCluster;
  readonly database: Database;
  readonly deps: ControlDeps;
  /** How far the clock of the activities is ahead, in milliseconds. */
  ahead = 0;
  /** Runs that have ended; all others are open. */
  readonly endedRuns = new Set<string>();

  private constructor(cluster: EmbeddedCluster, rules: RuleSource) {
    this.cluster = cluster;
    this.database = openDatabase({ url: cluster.databaseUrl, maxConnections: 10 });
    this.deps = {
      database: this.database,
      blobs: openStores(cluster.dataDir, this.database),
      rules,
      cache: new EvidenceCache(),
      client: playedBy((runId) => this.#runOf(runId)),
      now: () => new Date(Date.now() + this.ahead),
    };
  }

  static async start(): Promise<LaneScene> {
    const cluster = await startCluster();
    try {
      await ensureDevelopmentIdentities(cluster.dataDir, cluster.urls.enrolment);
      return new LaneScene(cluster, staticRules(await bookWith(policyText)));
    } catch (error) {
      await cluster.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.cluster.close();
  }

  get blobs(): ContentStore {
    return this.deps.blobs.of('default');
  }

  get dataDir(): string {
    return this.cluster.dataDir;
  }

  in<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.database.transaction('default', work);
  }

  rows<Row extends Record<string, unknown>>(sql: string, ...values: unknown[]): Promise<Row[]> {
    return this.in((tx) => tx.query<Row>(sql, values));
  }

  promotion(id: string): Promise<StoredPromotion> {
    return this.in((tx) => requirePromotion(tx, id));
  }

  /** What the server says about a run. */
  #runOf(runId: string) {
    const name = this.endedRuns.has(runId) ? 'TERMINATED' : 'RUNNING';
    const raw = { workflowExecutionInfo: { firstRunId: runId } };
    const run = { type: 'promotion', taskQueue: 'lanekeeper-control', status: { name }, raw };
    return { describe: () => Promise.resolve(run) };
  }

  /** Opens a promotion, or finds the one that a run works for. */
  open(
    way: Way,
    firstRunId: string = crypto.randomUUID(),
    {
      kind = 'PROMOTION',
      request,
      promotion,
      ...asking
    }: Asking & { readonly kind?: PromotionKind; readonly request?: unknown; readonly promotion?: string } = {},
  ): Promise<Answer> {
    const { product, lane, bundle } = way;
    const more = { ...(request !== undefined && { request }), ...(promotion !== undefined && { promotion }) };
    const input = { tenant: 'default', product, lane, bundle, kind, firstRunId, ...more };
    return this.#asRunOf({ ...way, kind }, firstRunId, () =>
      openPromotion({ ...this.deps, ...asking }, input, asking.signal === undefined ? {} : { signal: asking.signal }),
    );
  }

  advance(promotionId: string, stimulus: AdvanceStimulus, asking: Asking = {}): Promise<Answer> {
    const seen = nothingSeen;
    const options = asking.signal === undefined ? { seen } : { seen, signal: asking.signal };
    return advance({ ...this.deps, ...asking }, { tenant: 'default', promotionId }, stimulus, options);
  }

  /** Performs a step as its activity does; the target of the lane does at once what it is told. */
  step(
    { id, ...way }: Way & { readonly id: string; readonly kind?: PromotionKind },
    step: Step,
    attempt: number,
    { work, ...asking }: Asking & { readonly work?: (owed: OwedStep) => Promise<void> } = {},
  ): Promise<void> {
    const deps = { ...this.deps, ...asking };
    const asked: StepOfAttempt = {
      tenant: 'default',
      promotionId: id,
      step,
      ...(step !== 'attest' && { attempt }),
      ...(asking.signal !== undefined && { signal: asking.signal }),
    };
    return this.#asRunOf(way, id, () =>
      performSteps(deps, asked, [
        [
          step,
          async (owed) => {
            await work?.(owed);
            if (step === 'deploy' || step === 'revert') await this.#switch(deps, asked);
          },
        ],
      ]),
    );
  }

  async #switch(deps: ControlDeps, asked: StepOfAttempt): Promise<void> {
    await withOwed(deps, asked, async (tx, { promotion, ...key }) => {
      const { id: promotionId, product, lane, bundle } = promotion;
      const request = { ...key, promotionId, product, lane };
      if (asked.step === 'revert') await pointAliasToLive(tx, request);
      else await switchAlias(tx, { ...request, ...(await servicesOf(tx, bundle)) });
      const served = await readAlias(tx, product, lane);
      if (served === undefined) return;
      const { generation } = served;
      const observation = { generation, status: 'SERVING', detail: undefined, served } as const;
      await recordObservation(tx, { tenant: 'default', product, lane }, observation);
    });
  }

  #asRunOf<T>(
    { product, lane, bundle, kind }: Way & { readonly kind?: PromotionKind },
    runId: string,
    work: () => Promise<T>,
  ): Promise<T> {
    const workflowId = workflowIds.promotion('default', product, lane, bundle, kind);
    const info = { workflowExecution: { workflowId, runId }, workflowType: 'promotion', isLocal: true };
    const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
    return environment.run(work);
  }

  /** A statement of a person about a promotion, or one that starts a promotion. */
  async sign(
    person: string,
    verb: DecisionVerb,
    { product, lane, bundle }: Way,
    promotionId?: string,
    changes: Partial<Decision> = {},
  ): Promise<unknown> {
    const shown =
      promotionId === undefined
        ? {}
        : await this.in(async (tx) => {
            const { id, workflowId, policyDigest } = await requirePromotion(tx, promotionId);
            const { digest } = await recordShownFacts(tx, id);
            return { promotion: { id, workflowId }, policySnapshot: policyDigest, facts: digest };
          });
    const now = this.deps.now().getTime();
    const decision: Decision = {
      ...{ verb, product, lane, bundle, principal: person, tenant: 'default', nonce: crypto.randomUUID() },
      ...{ issuedAt: new Date(now - 1_000).toISOString(), expiresAt: new Date(now + 86_400_000).toISOString() },
      ...shown,
      ...changes,
    };
    const bytes = await signStatement(decisionStatement(decision), await signerOf(this.dataDir, 'identities', person));
    return JSON.parse(bytes.toString('utf8')) as unknown;
  }
}
