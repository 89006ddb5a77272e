import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scene } from '../scene.js';
import { reached, short } from '../world.js';

interface OpeningView {
  readonly lanes: readonly { readonly opening?: { readonly closed?: boolean; readonly nextOpen?: string } }[];
}

/** A freeze that ends by itself, a hold that somebody lifts, and a bundle that is called back. */
export async function time(scene: Scene): Promise<void> {
  const { stage, tools, first } = scene;
  stage.say('\nReleases wait for more than gates. A freeze, which ends by itself:');
  await stage.step(
    'time.frozen',
    'a promotion waits for the end of a freeze, and starts then without anybody',
    async () => {
      await frozenFor(scene, 3_600);
      await tools.lane('promote', short(first.bundle), '--to', 'bronze', '--as', 'dev');
      const waits = await reached(tools, 'bronze', first.bundle, ['QUEUED']);
      await frozenFor(scene, 4);
      const check = await tools.laneJson<OpeningView>('window', 'check', 'agents-runtime', '--lane', 'bronze');
      const opens = check.lanes[0]?.opening?.nextOpen ?? '';
      const { liveAt = '' } = await reached(tools, 'bronze', first.bundle, ['LIVE']);
      return {
        ok: waits.reason.includes('nobody is there') && opens !== '' && Date.parse(liveAt) >= Date.parse(opens),
        seen: `it waited (${waits.reason}), and went live at ${liveAt}`,
        workflowId: waits.run.workflowId,
      };
    },
  );

  await stopped(scene);
  await recalled(scene);
}

/** Puts the freeze, or changes when it ends: so many seconds from now. */
async function frozenFor({ tools, folder }: Scene, seconds: number): Promise<void> {
  const at = (from: number) => new Date(Date.now() + from * 1_000).toISOString().slice(0, 19);
  const file = join(folder, 'lunch.yaml');
  await writeFile(
    file,
    `apiVersion: lanekeeper.dev/v1\nkind: Window\nmetadata: { name: lunch }\nspec:\n  kind: FREEZE\n  reason: nobody is there\n  zone: UTC\n  begins: ${at(-3_600)}\n  ends: ${at(seconds)}\n  lanes: [bronze]\n`,
  );
  await tools.lane('window', 'apply', file, '--yes', '--as', 'dev');
}

/** Somebody stops every lane of the product; a hotfix passes; whoever stopped it lets it go on. */
async function stopped({ stage, tools, first, second }: Scene): Promise<void> {
  const lift = ['resume', 'agents-runtime', '--reason', 'mended', '--yes', '--as'];
  let waits: Awaited<ReturnType<typeof reached>>;
  stage.say('\nSomebody stops the line:');
  await stage.step('time.held', 'a promotion waits while somebody holds the lanes of its product', async () => {
    await tools.lane('hold', 'agents-runtime', '--reason', 'checkout errors', '--yes', '--as', 'bob');
    await tools.lane('promote', short(second.bundle), '--to', 'bronze', '--as', 'dev');
    waits = await reached(tools, 'bronze', second.bundle, ['QUEUED']);
    const other = await tools.lane(...lift, 'alice');
    return {
      ok: waits.reason.includes('bob holds every lane of agents-runtime: checkout errors') && other.code !== 0,
      seen: `it waits (${waits.reason}); alice cannot lift that (exit ${String(other.code)})`,
      workflowId: waits.run.workflowId,
    };
  });
  await stage.step(
    'time.hotfix',
    'a hotfix passes the hold, by gates of its own; nobody may start it who may not',
    async () => {
      const fix = [
        'hotfix',
        short(first.bundle),
        '--to',
        'silver',
        '--reason',
        'people cannot log in',
        '--yes',
        '--as',
      ];
      const refused = await tools.lane(...fix, 'alice');
      await tools.lane(...fix, 'carol');
      const { run } = await reached(tools, 'silver', first.bundle, ['LIVE']);
      return {
        ok: refused.code !== 0 && run.workflowId.startsWith('hotfix/'),
        seen: `alice may not (exit ${String(refused.code)}); carol's is live in silver while the line stands`,
        workflowId: run.workflowId,
      };
    },
  );
  await stage.step('time.resumed', 'what waited goes on when the hold is lifted', async () => {
    const own = await tools.lane(...lift, 'bob');
    await reached(tools, 'bronze', second.bundle, ['LIVE']);
    return { ok: own.code === 0, seen: 'bob lifted it, and the bundle went live', workflowId: waits.run.workflowId };
  });
}

/** A bundle is called back, and a second person undoes that. */
async function recalled({ stage, tools, second }: Scene): Promise<void> {
  stage.say('\nA bundle is called back:');
  await stage.step(
    'time.recalled',
    'no promotion of it begins, where it is live it is at risk, and a second person undoes it',
    async () => {
      const recall = ['bundle', 'recall', short(second.bundle), '--yes', '--reason'];
      await tools.lane(...recall, 'it leaks', '--as', 'carol');
      const refused = await tools.lane('promote', short(second.bundle), '--to', 'gold', '--as', 'dev');
      const standing = (wanted: string) =>
        tools.until(`bronze to be ${wanted}`, async () => {
          const { items } = await tools.quietJson<{
            items: readonly { readonly lane: string; readonly liveStanding?: string }[];
          }>('get', 'lanes');
          return items.find(({ lane }) => lane === 'bronze')?.liveStanding === wanted || undefined;
        });
      await standing('AT_RISK');
      const own = await tools.lane(...recall, 'mended', '--undo', '--as', 'carol');
      const other = await tools.lane(...recall, 'mended', '--undo', '--as', 'dev');
      await standing('SOUND');
      return {
        ok: refused.code === 6 && own.code !== 0 && other.code === 0,
        seen: `its promotion was refused (exit ${String(refused.code)}); carol, who recalled it, could not undo that (exit ${String(own.code)}), dev did`,
      };
    },
  );
}
