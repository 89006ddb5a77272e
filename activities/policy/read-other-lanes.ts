import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import { evidencePerSigner, metricKind } from '../../core/policy/evidence.js';
import type { LaneFact, PolicyFacts } from '../../core/policy/facts.js';
import type { WantedFacts } from '../../core/policy/wanted.js';
import type { Transaction } from '../../store/database.js';
import { newestEvidence } from '../../store/evidence/newest.js';
import { laneHistories, lanesOfBundle } from '../../store/lane/history.js';
import { liveLanes, liveTimes } from '../../store/lane/live-times.js';
import { evidenceItems, type Keys } from './evidence-items.js';
import type { Preparation } from './preparation.js';

interface About {
  readonly product: string;
  readonly bundle: Digest;
}

/** Where the bundle is, or was, live, and for how long where a gate asks for that. */
export async function readLaneFacts(
  tx: Transaction,
  about: About,
  soakLanes: readonly Lane[],
): Promise<PolicyFacts['lanes']> {
  const live = await lanesOfBundle(tx, about.product, about.bundle);
  const times = soakLanes.length === 0 ? undefined : await liveTimes(tx, { ...about, lanes: soakLanes });
  const lane = (name: Lane): LaneFact => {
    const entry = live.find((candidate) => candidate.lane === name);
    const intervals = times?.get(name);
    return {
      live: entry?.live ?? false,
      wasLive: entry !== undefined,
      ...(intervals !== undefined && { intervals }),
    };
  };
  return { bronze: lane('bronze'), silver: lane('silver'), gold: lane('gold') };
}

/** Whether something is live in lanes of other products. */
export async function readProductFacts(
  tx: Transaction,
  wanted: WantedFacts['predecessors'],
): Promise<Pick<PolicyFacts, 'products'>> {
  if (wanted.length === 0) return {};
  const products: Record<string, Partial<Record<Lane, { readonly live: boolean }>>> = {};
  for (const { product, lane, live } of await liveLanes(tx, wanted))
    products[product] = { ...products[product], [lane]: { live } };
  return { products };
}

/**
 * The metrics of what is live in lanes with which gates compare.
 *
 * @throws Unprepared when evidence has not been verified yet
 */
export async function readBaselines(
  tx: Transaction,
  known: Preparation,
  { product, keys, lanes }: { readonly product: string; readonly keys: Keys; readonly lanes: readonly Lane[] },
): Promise<Pick<PolicyFacts, 'baselines'>> {
  if (lanes.length === 0) return {};
  const histories = await laneHistories(
    tx,
    lanes.map((lane) => ({ product, lane })),
    1,
  );
  const baselines: Partial<Record<Lane, NonNullable<NonNullable<PolicyFacts['baselines']>[Lane]>>> = {};
  for (const [index, lane] of lanes.entries()) {
    const bundle = histories[index]?.[0]?.bundle;
    if (bundle === undefined) continue;
    const { attestations } = await newestEvidence(tx, bundle, { kinds: [metricKind], perSigner: evidencePerSigner });
    baselines[lane] = { bundle, evidence: evidenceItems(attestations, keys, known).map(({ fact }) => fact) };
  }
  return { baselines };
}
