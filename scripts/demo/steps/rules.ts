import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scene } from '../scene.js';
import { root, type Tools } from '../tools.js';
import { reached, short } from '../world.js';
import { soakGate } from './soak.js';

interface PlanView {
  readonly gates: readonly { readonly gateId: string; readonly verdict: string; readonly severity: string }[];
}

interface ReplayView {
  readonly changed: readonly { readonly effect: string }[];
}

interface VersionView {
  readonly digest: string;
}

/** Gates that one profile adds and the others do not. */
const ownGates = {
  scrum: 'increment-evidence',
  safe: 'system-demo',
  togaf: 'architecture-board',
} as const;

/** The same bundle is judged under three profiles; then somebody wants a third approval, and somebody else agrees. */
export async function rules(scene: Scene): Promise<void> {
  const { stage, tools, folder, second } = scene;
  stage.say('\nTeams own their rules. The same bundle, as Scrum, SAFe and TOGAF teams judge it before gold:');
  await mkdir(join(folder, 'rules'), { recursive: true });
  await stage.step('rules.profiles', 'each profile asks for something of its own', async () => {
    const open: string[] = [];
    let isOwn = true;
    for (const [profile, gate] of Object.entries(ownGates)) {
      await under(scene, profile);
      const { gates } = await tools.laneJson<PlanView>('plan', second.bundle.slice(7, 19), '--to', 'gold');
      const names = gates.map(({ gateId }) => gateId);
      const others = Object.values(ownGates).filter((other) => other !== gate);
      isOwn &&= names.includes(gate) && others.every((other) => !names.includes(other));
      open.push(`${profile}: ${String(gates.filter(isBlocking).length)} gates hold it`);
    }
    await tools.lane('transformation', 'retire', 'demo', '--reason', 'the comparison is over', '--yes', '--as', 'dev');
    return { ok: isOwn, seen: open.join('; ') };
  });

  stage.say('\nA third approval before gold? First: what would it have meant so far?');
  const file = join(folder, 'rules', 'default.yaml');
  const shipped = await readFile(join(root, 'policies', 'default.yaml'), 'utf8');
  await writeFile(file, shipped.replace('count: 2', 'count: 3') + (await soakGate(scene)));
  await stage.step('rules.replayed', 'old decisions, made again, show who would have been blocked', async () => {
    const { changed } = await tools.laneJson<ReplayView>('policy', 'replay', file);
    const blocked = changed.filter(({ effect }) => effect === 'BLOCKED');
    const asTheyWere = await tools.lane('policy', 'replay');
    return {
      ok: blocked.length > 0 && asTheyWere.code === 0,
      seen: `${String(blocked.length)} rounds let a promotion through and would have held it; made again as they were, none differs`,
    };
  });
  await published(scene, file);
}

/** Somebody drafts, nobody publishes their own draft, somebody else does: what waits is judged by the new version. */
async function published({ stage, tools, second }: Scene, file: string): Promise<void> {
  await stage.step(
    'rules.published',
    'a promotion that waits is judged by the version that was published',
    async () => {
      await tools.lane('promote', short(second.bundle), '--to', 'gold', '--as', 'dev');
      const waits = await reached(tools, 'gold', second.bundle, ['AWAITING_APPROVAL']);
      await tools.lane(
        'policy',
        'apply',
        file,
        '--submit',
        '--comment',
        'three people see more than two',
        '--as',
        'dev',
      );
      const { items } = await tools.quietJson<{ items: readonly VersionView[] }>('policy', 'list', '--waiting');
      const version = short(items[0]?.digest ?? '');
      const own = await tools.lane('policy', 'publish', version, '--yes', '--as', 'dev');
      const other = await tools.lane('policy', 'publish', version, '--yes', '--as', 'carol');
      await judgedBy(tools, waits.id, 'policy/default@2');
      const aborted = await tools.lane(
        'abort',
        short(waits.id),
        '--reason',
        'the chapter is over',
        '--yes',
        '--as',
        'dev',
      );
      return {
        ok: own.code !== 0 && other.code === 0 && aborted.code === 0,
        seen: `its author was refused (exit ${String(own.code)}), carol published it, and what waits needs three approvals`,
        workflowId: waits.run.workflowId,
      };
    },
  );
}

function judgedBy(tools: Tools, promotion: string, version: string): Promise<true> {
  return tools.until(`the promotion to be judged by ${version}`, async () => {
    const { items } = await tools.quietJson<{
      items: readonly { readonly id: string; readonly policyVersions?: readonly string[] }[];
    }>('get', 'promotions');
    return items.find(({ id }) => id === promotion)?.policyVersions?.includes(version) === true || undefined;
  });
}

/** The product belongs to a transformation that names a profile. */
async function under({ tools, folder }: Scene, profile: string): Promise<void> {
  const file = join(folder, 'rules', `${profile}.yaml`);
  await writeFile(
    file,
    `apiVersion: lanekeeper.dev/v1\nkind: Transformation\nmetadata:\n  name: demo\nspec:\n  profile: ${profile}\n  stage: delivery\n  products: [agents-runtime]\n`,
  );
  const { code, stderr } = await tools.lane('transformation', 'apply', file, '--yes', '--as', 'dev');
  if (code !== 0) throw new Error(`the transformation was not put: ${stderr.trim()}`);
}

function isBlocking({ verdict, severity }: PlanView['gates'][number]): boolean {
  return severity === 'BLOCKING' && verdict !== 'PASS' && verdict !== 'NOT_APPLICABLE';
}
