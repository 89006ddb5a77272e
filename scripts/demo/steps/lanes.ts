import { join } from 'node:path';
import type { Released, Scene } from '../scene.js';
import { run } from '../tools.js';
import { answerOf, pidOf, promotionOf, reached, short, urlOf } from '../world.js';

interface Explanation {
  readonly summary: string;
  readonly nextSteps: readonly string[];
  readonly blocking: readonly { readonly gateId: string }[];
}

/** Bronze: a preview of whatever was released and tested. */
export async function bronze(scene: Scene): Promise<void> {
  const { stage, tools, first } = scene;
  stage.say('\nBronze accepts what was tested and signed; its URL is the preview of the product.');
  if (scene.sabotage === 'dead-router') process.kill(pidOf(tools, 'router'), 'SIGSTOP');
  await stage.step('bronze.live', 'the preview URL serves the first revision', async () => {
    await tools.lane('promote', short(first.bundle), '--to', 'bronze');
    const promotion = await reached(tools, 'bronze', first.bundle, ['LIVE']);
    const url = await urlOf(tools, 'bronze');
    const answer = await answerOf(tools, url);
    return {
      ok: answer.revision === first.revision && answer.bundle === first.bundle,
      seen: `${url} answers "${answer.headline}" of revision ${answer.revision.slice(0, 12)}`,
      workflowId: promotion.run.workflowId,
    };
  });
}

/** Silver: started in Temporal with a signed request; continues on its own once the preview has been checked. */
export async function silver(scene: Scene): Promise<void> {
  const { stage, tools, first } = scene;
  stage.say('\nSilver is started in Temporal itself: lane writes the signed JSON and prints the exact command.');
  await stage.step(
    'silver.started-in-temporal',
    'temporal workflow start accepts the documented JSON with a signed request',
    async () => {
      const file = join(scene.folder, 'silver-request.json');
      const { command } = await tools.laneJson<{ command: readonly string[] }>(
        'promote',
        short(first.bundle),
        '--to',
        'silver',
        '--print',
        '--out',
        file,
      );
      const ended = await tools.temporal(command);
      if (ended.code !== 0) throw new Error(ended.stderr.trim());
      const promotion = await tools.until('the promotion', () => promotionOf(tools, 'silver', first.bundle));
      return { ok: true, seen: `promotion ${short(promotion.id)} is open`, workflowId: promotion.run.workflowId };
    },
  );
  await stage.step(
    'silver.waits',
    'it waits in GATING and says which evidence is missing and which command provides it',
    async () => {
      const promotion = await reached(tools, 'silver', first.bundle, ['GATING']);
      const why = await tools.laneJson<Explanation>('why', short(promotion.id));
      const next = why.nextSteps.find((step) => step.includes('lane evidence attach')) ?? '';
      return {
        ok: promotion.reason.includes('preview-check') && next !== '',
        seen: `${promotion.state}: ${promotion.reason}; next: ${next}`,
        workflowId: promotion.run.workflowId,
      };
    },
  );
  await stage.step('silver.evidence', 'the report of tests run against the preview URL is attached', async () => {
    await attachPreviewCheck(scene, first);
    const kinds = await evidenceKinds(scene, first.bundle);
    return {
      ok: kinds.includes('preview-check'),
      seen: `preview-check is one of ${kinds.length} pieces of evidence`,
    };
  });
  await stage.step('silver.live', 'it continues on its own', async () => {
    const promotion = await reached(tools, 'silver', first.bundle, ['LIVE']);
    const url = await urlOf(tools, 'silver');
    const answer = await answerOf(tools, url);
    return {
      ok: answer.revision === first.revision,
      seen: `${url} answers with revision ${answer.revision.slice(0, 12)}`,
      workflowId: promotion.run.workflowId,
    };
  });
}

/** Runs the product's preview tests against bronze and attaches their report. */
export async function attachPreviewCheck(scene: Scene, released: Released): Promise<void> {
  const { tools, stage } = scene;
  const url = await urlOf(tools, 'bronze');
  const report = join(scene.folder, `preview-${released.revision.slice(0, 12)}.xml`);
  const args = [
    '--test',
    '--test-reporter=junit',
    `--test-reporter-destination=${report}`,
    'tests/preview/preview.test.mjs',
  ];
  stage.command(`PREVIEW_URL=${url}`, 'node', ...args);
  await run(process.execPath, args, { cwd: tools.repository, env: { PREVIEW_URL: url } });
  const ended = await tools.lane(
    'evidence',
    'attach',
    short(released.bundle),
    '--kind',
    'preview-check',
    '--report',
    report,
    '--url',
    url,
  );
  if (ended.code !== 0) throw new Error(ended.stderr.trim());
}

async function evidenceKinds(scene: Scene, bundle: string): Promise<string[]> {
  const { items } = await scene.tools.quietJson<{ items: readonly { attestation: { kind: string } }[] }>(
    'evidence',
    'list',
    short(bundle),
  );
  return items.map((item) => item.attestation.kind);
}
