import { parseDigest, hexOf } from '../../../../core/digest.js';
import { LanekeeperError } from '../../../../core/errors.js';
import { shortId } from '../../../../core/ids.js';
import { RestrictionKind, RestrictionSchema } from '#gen/governance/v1/restriction_pb.js';
import { PromotionPhase } from '#gen/release/v1/promotion_pb.js';
import { counted } from '../../output/counted.js';
import { harmless } from '../../output/harmless.js';
import { toPlain } from '../../output/plain.js';
import { laneName } from '../../output/words.js';
import type { ExitCode } from '../../errors/exit-codes.js';
import type { Context } from '../../program/context.js';
import { findRestriction, revisionOf, submitRestrictionAct, undone } from '../../restriction/submit.js';

/** How a bundle is called back, or that is undone. */
export interface RecallOptions {
  readonly reason: string;
  readonly undo?: true;
  readonly yes?: true;
}

/** Calls a bundle back, after saying where it is live and what is on its way; or undoes that. */
export async function recall(
  context: Context,
  given: string,
  { reason, undo, yes }: RecallOptions,
): Promise<ExitCode | undefined> {
  const api = await context.api();
  const { bundle } = await api.bundles.getBundle({ bundle: given });
  if (bundle === undefined) throw new LanekeeperError('INTERNAL', { message: 'the API named no bundle' });
  const { promotions } = await api.promotions.listPromotions({ bundle: bundle.digest, openOnly: true, pageSize: 100 });
  const live = promotions.filter(({ state }) => state === PromotionPhase.LIVE);
  const climbs = promotions.filter(({ state }) => state !== PromotionPhase.LIVE);
  const note = (text: string) => context.terminal.note(text);
  note(harmless(`bundle ${shortId(bundle.digest)} of ${bundle.product}`));
  note(live.length === 0 ? 'live nowhere' : `live in ${live.map(({ lane }) => laneName(lane)).join(', ')}`);
  for (const climb of climbs)
    note(
      harmless(
        `on its way to ${laneName(climb.lane)}: ${shortId(climb.id)}, ${PromotionPhase[climb.state]}, requested by ${climb.requester || 'nobody'}`,
      ),
    );
  const question =
    undo === true
      ? 'Let it be promoted again'
      : `Recall it: ${climbs.length === 0 ? 'nothing is on its way' : `this ends ${counted(climbs.length, 'promotion')}`}`;
  if (!(await context.confirm(`${question}, as ${context.person}?`, yes === true))) return undone(context);
  const name = hexOf(parseDigest(bundle.digest));
  const current = await findRestriction(context, RestrictionKind.RECALL, name);
  const spec = { product: bundle.product, bundle: parseDigest(bundle.digest), reason };
  const after = await submitRestrictionAct(context, (said) => {
    const about = { ...said, kind: 'recall', name, revision: revisionOf(current) } as const;
    return undo === true ? { ...about, verb: 'retire', reason } : { ...about, verb: 'put', spec };
  });
  await context.show.object('Restriction', toPlain(RestrictionSchema, after), () =>
    undo === true
      ? `${shortId(bundle.digest)} can be promoted again`
      : `${shortId(bundle.digest)} is recalled: its promotions end, no new one begins, and what is live is at risk`,
  );
  if (undo !== true)
    for (const { lane } of live)
      note(`roll it back with: lane rollback ${bundle.product} --lane ${laneName(lane)} --reason TEXT`);
  return undefined;
}
