import type { Scene } from '../scene.js';
import { reached, short } from '../world.js';

interface OpeningView {
  readonly lanes: readonly { readonly opening?: { readonly closed?: boolean; readonly nextOpen?: string } }[];
}

/** How long the freeze lasts from when it is made, in seconds. */
const freezeSeconds = 8;

/** A freeze that ends by itself, a hold that somebody lifts, and a bundle that is called back. */
export async function time(scene: Scene): Promise<void> {
  const { stage, tools, first, second } = scene;
  stage.say('\nReleases wait for more than gates. A freeze, which ends by itself:');
  await stage.step(
    'time.frozen',
    'a promotion waits for the end of a freeze, and starts then without anybody',
    async () => {
      const at = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString().slice(0, 19);
      const times = ['--zone', 'UTC', '--begins', at(-3_600), '--ends', at(freezeSeconds)];
      const window = [
        'window',
        'create',
        'lunch',
        '--freeze',
        '--reason',
        'nobody is there',
        '--lane',
        'bronze',
        ...times,
      ];
      await tools.lane(...window, '--yes', '--as', 'dev');
      const check = await tools.laneJson<OpeningView>('window', 'check', 'agents-runtime', '--lane', 'bronze');
      const opens = check.lanes[0]?.opening?.nextOpen ?? '';
      await tools.lane('promote', short(first.bundle), '--to', 'bronze', '--as', 'dev');
      const waits = await reached(tools, 'bronze', first.bundle, ['QUEUED']);
      const { liveAt = '' } = await reached(tools, 'bronze', first.bundle, ['LIVE']);
      return {
        ok: waits.reason.includes('nobody is there') && opens !== '' && Date.parse(liveAt) >= Date.parse(opens),
        seen: `it waited (${waits.reason}), and went live at ${liveAt}`,
        workflowId: waits.run.workflowId,
      };
    },
  );

  stage.say('\nSomebody stops the line:');
  await stage.step(
    'time.held',
    'a promotion waits while somebody holds its lane, and goes on when that is lifted',
    async () => {
      await tools.lane(
        'hold',
        'agents-runtime',
        '--lane',
        'bronze',
        '--reason',
        'checkout errors',
        '--yes',
        '--as',
        'bob',
      );
      await tools.lane('promote', short(second.bundle), '--to', 'bronze', '--as', 'dev');
      const waits = await reached(tools, 'bronze', second.bundle, ['QUEUED']);
      const lift = ['resume', 'agents-runtime', '--lane', 'bronze', '--reason', 'mended', '--yes', '--as'];
      const other = await tools.lane(...lift, 'alice');
      const own = await tools.lane(...lift, 'bob');
      await reached(tools, 'bronze', second.bundle, ['LIVE']);
      return {
        ok:
          waits.reason.includes('bob holds bronze of agents-runtime: checkout errors') &&
          other.code !== 0 &&
          own.code === 0,
        seen: `it waited (${waits.reason}); alice could not lift that (exit ${String(other.code)}), bob did`,
        workflowId: waits.run.workflowId,
      };
    },
  );

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
