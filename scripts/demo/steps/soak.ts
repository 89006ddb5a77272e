import type { Scene } from '../scene.js';
import { livesOf, reached, short } from '../world.js';

interface PlanView {
  readonly digest: string;
  readonly earliest?: string;
}

/** How long the soak has to last for from when its policy is drafted, in seconds. */
const leftSeconds = 25;

/** A gate for the time that a bundle was live in bronze: the one that has been there for so long lacks a little. */
export async function soakGate({ tools, second }: Scene): Promise<string> {
  const lives = await livesOf(tools, 'bronze', second.bundle);
  const soaked = lives.reduce((sum, { from, to }) => sum + (to.getTime() - from.getTime()) / 1_000, 0);
  return `
    - id: soaked-in-bronze
      type: COMPLIANCE
      lanes: [silver]
      soak: { lane: bronze, for: ${String(Math.ceil(soaked) + leftSeconds)}s }
`;
}

/** What a plan says happens: the promotion begins when its soak ends, by itself. */
export async function soak({ stage, tools, second }: Scene): Promise<void> {
  stage.say('\nWhen can it be in silver? It has to be live in bronze for a while first:');
  await stage.step('soak.as-planned', 'a promotion begins when the plan said, and not before', async () => {
    const { digest, earliest = '' } = await tools.laneJson<PlanView>('plan', short(second.bundle), '--to', 'silver');
    await tools.lane('promote', short(second.bundle), '--to', 'silver', '--plan', short(digest), '--as', 'dev');
    const { liveAt = '', run } = await reached(tools, 'silver', second.bundle, ['LIVE']);
    return {
      ok: earliest !== '' && Date.parse(liveAt) >= Date.parse(earliest),
      seen: `the plan said ${earliest}; it was live at ${liveAt}`,
      workflowId: run.workflowId,
    };
  });
}
