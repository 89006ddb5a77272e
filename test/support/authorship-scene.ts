import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Digest } from '../../core/digest.js';
import { workflowIds } from '../../core/ids.js';
import { linkAddress } from '../../store/identity/addresses.js';
import { ensurePrincipal } from '../../store/identity/write.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import { decideUpdate, type DecisionReply } from '../../workflows/promotion/contract.js';
import { type ReleaseResult, releaseWorkflowType } from '../../workflows/release/contract.js';
import type { Engine, PromotionHandle } from './engine.js';
import { git, gitAs, repositoryOf } from './git-repository.js';
import { smallProduct } from './small-product.js';

/** Gates about people alone. */
export const peoplePolicy = `
apiVersion: lanekeeper.dev/v1
kind: Policy
metadata: { name: people }
spec:
  gates:
    - id: approval
      type: APPROVAL
      approvals: { count: 1, countForAgents: 2, roles: [qa, product-owner] }
      message: approve it
`;

/** The same, for signed commits only. */
export const signedPolicy = `${peoplePolicy}
    - id: signed-commits
      type: SUPPLY_CHAIN
      commits: { signatures: required }
      message: sign your commits
`;

/** A new folder with policies, by name. Whoever asks for it removes it. */
export async function policyFolder(policies: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lanekeeper-policies-'));
  for (const [name, text] of Object.entries(policies))
    await writeFile(join(folder, `${name}.yaml`), text.replace('name: people', `name: ${name}`));
  return folder;
}

/** A product in a repository of its own, whose commits are made by different people. */
export class AuthoredProduct {
  readonly #engine: Engine;
  readonly name: string;
  readonly folder: string;

  private constructor(engine: Engine, name: string) {
    this.#engine = engine;
    this.name = name;
    this.folder = join(engine.dataDir, 'repositories', name);
  }

  /** A product whose first commit is by this person. */
  static async create(engine: Engine, name: string, author: string): Promise<AuthoredProduct> {
    const product = new AuthoredProduct(engine, name);
    await mkdir(product.folder, { recursive: true });
    await repositoryOf(product.folder, smallProduct({ name }));
    await gitAs(product.folder, { author }, 'commit', '--quiet', '--amend', '--no-edit', '--reset-author');
    return product;
  }

  /** Commits a change by somebody. */
  async commit(author: string, committer = author, ...options: string[]): Promise<void> {
    await writeFile(join(this.folder, `${author}-${Math.random()}.txt`), 'a change\n');
    await git(this.folder, 'add', '--all');
    await gitAs(this.folder, { author, committer }, ...options, 'commit', '--quiet', '--message', `By ${author}`);
  }

  /** Runs git as somebody. */
  async git(author: string, ...args: string[]): Promise<string> {
    return gitAs(this.folder, { author }, ...args);
  }

  /** Releases what is checked out. @returns the bundle */
  async release(): Promise<Digest> {
    const revision = await git(this.folder, 'rev-parse', 'HEAD');
    const result = (await this.#engine.client.workflow.execute(releaseWorkflowType, {
      workflowId: workflowIds.release('default', this.name, revision),
      taskQueue: taskQueues.control,
      args: [{ tenant: 'default', product: this.name, revision, repository: this.folder }],
    })) as ReleaseResult;
    if (result.bundle === undefined) throw new Error('the release has no bundle');
    return result.bundle;
  }

  /** Requests a bundle for bronze, signed by carol. */
  async request(bundle: Digest): Promise<PromotionHandle> {
    const about = { verb: 'request', lane: 'bronze', bundle } as const;
    const request = await this.#engine.sign('carol', about, { product: this.name });
    return this.#engine.promote({ product: this.name, lane: 'bronze', bundle, request });
  }

  /** Somebody's approval. @returns what became of it */
  async approve(handle: PromotionHandle, bundle: Digest, person: string): Promise<DecisionReply> {
    const about = { verb: 'approve', lane: 'bronze', bundle, promotionId: handle.firstExecutionRunId } as const;
    const statement = await this.#engine.sign(person, about, { product: this.name });
    return handle.executeUpdate<DecisionReply, [{ statement: unknown }]>(decideUpdate, { args: [{ statement }] });
  }

  /** Releases what is checked out and brings it live with the approval of one person. */
  async goLive(approver = 'alice'): Promise<Digest> {
    const bundle = await this.release();
    const handle = await this.request(bundle);
    await this.#engine.reached(handle, 'AWAITING_APPROVAL');
    await this.approve(handle, bundle, approver);
    await this.#engine.reached(handle, 'LIVE');
    return bundle;
  }
}

/** Enrols somebody whose address at example.com belongs to them, as themselves. */
export async function enrol(engine: Engine, name: string, kind: 'human' | 'agent' | 'service'): Promise<void> {
  await engine.database.transaction('default', async (tx) => {
    await ensurePrincipal(tx, { name, kind, displayName: name, roles: [] });
    await linkAddress(tx, { address: `${name}@example.com`, principal: name, by: name });
  });
}
