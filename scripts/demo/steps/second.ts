import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scene } from '../scene.js';
import { answerOf, pidOf, promotionOf, reached, short, urlOf } from '../world.js';
import { attachPreviewCheck } from './lanes.js';

/** A second commit takes the same path; the worker is killed while gold deploys. */
export async function second(scene: Scene): Promise<void> {
  const { stage, tools } = scene;
  stage.say(
    '\nA second commit: another greeting, and a runtime that loads a model when it starts. It takes the same path.',
  );
  const model = join(scene.folder, 'model');
  await writeFile(model, 'ready');
  await changeProduct(scene, model);
  const released = await tools.laneJson<{ digest: string; revision: string }>('release');
  scene.second = { bundle: released.digest, revision: released.revision };
  await tools.lane('promote', short(released.digest), '--to', 'bronze', '--wait');
  await attachPreviewCheck(scene, scene.second);
  await tools.lane('promote', short(released.digest), '--to', 'silver', '--wait');
  await tools.lane('promote', short(released.digest), '--to', 'gold');
  const { id, run } = await reached(tools, 'gold', released.digest, ['AWAITING_APPROVAL']);
  await tools.lane('approve', short(id), '--yes', '--as', 'alice');
  let killed = 0;
  await stage.step('second.crash', 'the worker is killed with SIGKILL while gold is DEPLOYING', async () => {
    // Without its model the runtime does not become healthy: gold stays DEPLOYING until the worker has been killed.
    await rm(model);
    const watch = tools.followLane('watch', short(id), '-o', 'json');
    const isDeploying = (): Promise<true | undefined> =>
      Promise.resolve(watch.lines.some((line) => line.includes('→ DEPLOYING')) || undefined);
    try {
      await tools.until('the watch to start', () => Promise.resolve(watch.lines.length > 0 || undefined));
      const approved = tools.lane('approve', short(id), '--yes', '--as', 'bob');
      await tools.until('gold to be DEPLOYING', isDeploying);
      killed = pidOf(tools, 'worker');
      stage.command('kill', '-KILL', String(killed));
      process.kill(killed, 'SIGKILL');
      await tools.until('the worker to be gone', () => Promise.resolve(isAlive(killed) ? undefined : true));
      const after = await promotionOf(tools, 'gold', released.digest);
      await writeFile(model, 'ready');
      await approved;
      const seen = `worker ${killed} is gone; gold is ${after?.state ?? 'unknown'}`;
      return { ok: after?.state === 'DEPLOYING', seen, workflowId: run.workflowId };
    } finally {
      watch.stop();
    }
  });
  await stage.step('second.live', 'gold goes live anyway, and each effect happened exactly once', async () => {
    await reached(tools, 'gold', released.digest, ['LIVE']);
    const answer = await answerOf(tools, await urlOf(tools, 'gold'));
    const counts = await tools.until('the attestations of the promotion', async () => {
      const found = await effects(scene, id, run.workflowId, released.digest);
      return found.promotions > 0 && found.summaries > 0 ? found : undefined;
    });
    const once = Object.values(counts).every((count) => count === 1);
    return {
      ok:
        answer.revision === released.revision &&
        answer.headline === headline &&
        once &&
        pidOf(tools, 'worker') !== killed,
      seen: `gold answers "${answer.headline}"; ${Object.entries(counts)
        .map(([what, count]) => `${what} ${count}`)
        .join(', ')}`,
      workflowId: run.workflowId,
    };
  });
}

const headline = 'Good to see you again';

async function changeProduct({ tools }: Scene, model: string): Promise<void> {
  await edit(join(tools.repository, 'services/web/src/greeting.mjs'), /greeting = '[^']*'/, `greeting = '${headline}'`);
  await edit(
    join(tools.repository, 'services/agents/src/server.mjs'),
    /server\.listen\(/,
    `${loadModel(model)}\nserver.listen(`,
  );
  await tools.commit('Greet visitors who come back');
}

/** The code with which the runtime waits for its model in a lane; its contained tests would not see the file. */
function loadModel(path: string): string {
  const isThere = `(await import('node:fs')).existsSync(${JSON.stringify(path)})`;
  return `while (process.env.LANEKEEPER_BUNDLE && !${isThere}) await new Promise((resolve) => setTimeout(resolve, 50));`;
}

async function edit(path: string, pattern: RegExp, replacement: string): Promise<void> {
  const before = await readFile(path, 'utf8');
  const after = before.replace(pattern, replacement);
  if (after === before) throw new Error(`${path} is not as expected`);
  await writeFile(path, after);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** How often each effect of a promotion was recorded. */
async function effects(
  scene: Scene,
  id: string,
  workflowId: string,
  bundle: string,
): Promise<{ switches: number; lives: number; promotions: number; summaries: number }> {
  const { items } = await scene.tools.quietJson<{
    items: readonly { attestation: { kind: string; producedByRun: string } }[];
  }>('evidence', 'list', short(bundle));
  const made = items
    .map((item) => item.attestation)
    .filter((attestation) => attestation.producedByRun.startsWith(`${workflowId}/`));
  // Watching a promotion that is live prints its timeline, one JSON object per line, and ends.
  const watched = await scene.tools.quietLane('watch', short(id), '-o', 'json');
  const lines = watched.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { text?: string }).text ?? '');
  return {
    switches: lines.filter((line) => line.startsWith('alias switched')).length,
    lives: lines.filter((line) => line.includes('→ LIVE')).length,
    promotions: made.filter((attestation) => attestation.kind === 'promotion').length,
    summaries: made.filter((attestation) => attestation.kind === 'verification-summary').length,
  };
}
