import { generateKeyPairSync, sign } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scene } from '../scene.js';
import { answerOf, promotionOf, type PromotionView, reached, short, urlOf } from '../world.js';

interface DecisionView {
  readonly verb: string;
  readonly principal: string;
  readonly accepted: boolean;
  readonly refusalCode: string;
  readonly refusalReason: string;
  readonly frontDoor: string;
}

/** Gold: a signed request, and approvals of two other people with two different roles, each with their own key. */
export async function gold(scene: Scene): Promise<void> {
  const { stage, tools, first } = scene;
  stage.say(
    '\nGold requires two people with two different roles, neither of them the requester or the author of the commit. Each signs with their own key.',
  );
  let promotion: PromotionView | undefined;
  const current = (): PromotionView => {
    if (promotion === undefined) throw new Error('gold was not started');
    return promotion;
  };
  await stage.step('gold.waits', 'two approvals from different roles are missing', async () => {
    await tools.lane('promote', short(first.bundle), '--to', 'gold', '--reason', 'first release');
    promotion = await reached(tools, 'gold', first.bundle, ['AWAITING_APPROVAL']);
    return {
      ok: promotion.reason.includes('2 of 2 approvals of different roles missing'),
      seen: `${promotion.state}: ${promotion.reason}`,
      workflowId: promotion.run.workflowId,
    };
  });
  await stage.step(
    'gold.self-approval-refused',
    "the requester's own approval is refused, with the reason",
    async () => {
      const ended = await tools.lane('approve', short(current().id), '--yes', '--as', 'dev');
      const refused = (await decisions(scene, current())).find(
        (decision) => decision.principal === 'dev' && decision.verb === 'APPROVE',
      );
      return {
        ok: ended.code !== 0 && refused?.accepted === false && refused.refusalCode === 'SELF_APPROVAL',
        seen: `exit code ${String(ended.code)}; ${refused?.refusalCode ?? 'no refusal'}: ${refused?.refusalReason ?? ''}`,
        workflowId: current().run.workflowId,
      };
    },
  );
  await stage.step(
    'gold.forged-signal-refused',
    'an approval in the name of bob, signed with another key, is refused, with the reason',
    async () => {
      const { file, command } = await tools.laneJson<{ file: string; command: readonly string[] }>(
        'approve',
        short(current().id),
        '--signal',
        '--yes',
        '--as',
        'bob',
        '--out',
        join(scene.folder, 'forged.json'),
      );
      await forge(file);
      stage.say('    (the signature in the file is replaced with one made by a stranger)');
      await tools.temporal(command);
      const refused = await tools.until('the refusal', async () =>
        (await decisions(scene, current())).find((decision) => decision.frontDoor === 'SIGNAL' && !decision.accepted),
      );
      const still = await promotionOf(tools, 'gold', first.bundle);
      return {
        ok: refused.refusalCode === 'SIGNATURE_INVALID' && still?.state === 'AWAITING_APPROVAL',
        seen: `${refused.refusalCode}: ${refused.refusalReason}; gold is still ${still?.state ?? 'gone'}`,
        workflowId: current().run.workflowId,
      };
    },
  );
  await stage.step('gold.approved-by-cli', 'alice, a product owner, approves with lane approve', async () => {
    await tools.lane('approve', short(current().id), '--yes', '--as', 'alice');
    const accepted = (await decisions(scene, current())).find(
      (decision) => decision.principal === 'alice' && decision.accepted,
    );
    return {
      ok: accepted?.frontDoor === 'UPDATE',
      seen:
        accepted === undefined
          ? 'no decision by alice'
          : `the approval by alice is recorded, front door ${accepted.frontDoor}`,
      workflowId: current().run.workflowId,
    };
  });
  await stage.step(
    'gold.approved-by-signal',
    'bob, from quality assurance, approves with a signed signal sent by the temporal command line',
    async () => {
      const { command } = await tools.laneJson<{ command: readonly string[] }>(
        'approve',
        short(current().id),
        '--signal',
        '--yes',
        '--as',
        'bob',
        '--out',
        join(scene.folder, 'bob.json'),
      );
      await tools.temporal(command);
      const accepted = await tools.until('the approval', async () =>
        (await decisions(scene, current())).find((decision) => decision.principal === 'bob' && decision.accepted),
      );
      return {
        ok: accepted.frontDoor === 'SIGNAL',
        seen: `the approval by bob is recorded, front door ${accepted.frontDoor}`,
        workflowId: current().run.workflowId,
      };
    },
  );
  await stage.step('gold.live', 'gold serves the first revision', async () => {
    await reached(tools, 'gold', first.bundle, ['LIVE']);
    const url = await urlOf(tools, 'gold');
    const answer = await answerOf(tools, url);
    return {
      ok: answer.revision === first.revision && answer.bundle === first.bundle,
      seen: `${url} answers "${answer.headline}" of revision ${answer.revision.slice(0, 12)}`,
      workflowId: current().run.workflowId,
    };
  });
}

/** All decisions about a promotion, accepted and refused. */
async function decisions(scene: Scene, promotion: PromotionView): Promise<readonly DecisionView[]> {
  const { items } = await scene.tools.quietJson<{ items: readonly DecisionView[] }>(
    'get',
    'decisions',
    '--promotion',
    short(promotion.id),
  );
  return items;
}

/**
 * Replaces the signature with one by an unknown key: same statement, wrong key (DSSE v1, pre-authentication encoding).
 */
async function forge(file: string): Promise<void> {
  const bundle = JSON.parse(await readFile(file, 'utf8')) as {
    dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string }[] };
  };
  const { payload, payloadType, signatures } = bundle.dsseEnvelope;
  const body = Buffer.from(payload, 'base64');
  const encoded = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `), body]);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const forged = signatures.map((signature) => ({
    ...signature,
    sig: sign('sha256', encoded, privateKey).toString('base64'),
  }));
  await writeFile(file, JSON.stringify({ ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, signatures: forged } }));
}
