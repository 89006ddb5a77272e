import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tools } from './tools.js';

/** A promotion as `lane get promotions -o json` shows it. */
export interface PromotionView {
  readonly id: string;
  readonly run: { readonly workflowId: string };
  readonly lane: string;
  readonly bundleDigest: string;
  readonly kind: string;
  readonly state: string;
  readonly reason: string;
  /** RFC 3339. */
  readonly liveAt?: string;
  /** RFC 3339. */
  readonly endedAt?: string;
}

interface LaneView {
  readonly lane: string;
  readonly url: string;
  readonly liveBundleDigest: string;
}

/** The newest promotion of a bundle into a lane, if there is one. */
export async function promotionOf(tools: Tools, lane: string, bundle: string): Promise<PromotionView | undefined> {
  const { items } = await tools.quietJson<{ items: readonly PromotionView[] }>('get', 'promotions');
  return items.find((promotion) => promotion.lane === lane && promotion.bundleDigest === bundle);
}

/** From when to when a bundle was live in a lane, until now where it still is. */
export async function livesOf(tools: Tools, lane: string, bundle: string) {
  const { items } = await tools.quietJson<{ items: readonly PromotionView[] }>('get', 'promotions');
  return items.flatMap(({ lane: of, bundleDigest, liveAt, endedAt }) =>
    of === lane && bundleDigest === bundle && liveAt !== undefined
      ? [{ from: new Date(liveAt), to: endedAt === undefined ? new Date() : new Date(endedAt) }]
      : [],
  );
}

/** Waits until the promotion of a bundle into a lane is in one of the phases. */
export function reached(tools: Tools, lane: string, bundle: string, phases: readonly string[]): Promise<PromotionView> {
  return tools.until(`${lane} to be ${phases.join(' or ')}`, async () => {
    const promotion = await promotionOf(tools, lane, bundle);
    return promotion !== undefined && phases.includes(promotion.state) ? promotion : undefined;
  });
}

/** The URL of a lane. */
export async function urlOf(tools: Tools, lane: string): Promise<string> {
  const { lanes } = await tools.quietJson<{ lanes: readonly LaneView[] }>('status');
  const url = lanes.find((view) => view.lane === lane)?.url ?? '';
  if (url === '') throw new Error(`lane ${lane} has no URL`);
  return url;
}

/** The response of a lane: revision, bundle and the headline of the page. */
export interface LaneAnswer {
  readonly revision: string;
  readonly bundle: string;
  readonly headline: string;
}

/** Requests the page of a lane. @throws when it does not respond before patience runs out */
export async function answerOf({ patienceMs }: Pick<Tools, 'patienceMs'>, url: string): Promise<LaneAnswer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs) });
  const page = await response.text();
  return {
    revision: /id="revision">([0-9a-f]{40})</.exec(page)?.[1] ?? `no revision, status ${response.status}`,
    bundle: response.headers.get('lanekeeper-bundle') ?? '',
    headline: /<h1>([^<]*)<\/h1>/.exec(page)?.[1] ?? '',
  };
}

/** The process id of a part of the stack. */
export function pidOf(tools: Tools, part: string): number {
  const record = JSON.parse(readFileSync(join(tools.dataDir, 'stack.json'), 'utf8')) as {
    children: readonly { name: string; pid: number }[];
  };
  const pid = record.children.find((child) => child.name === part)?.pid;
  if (pid === undefined) throw new Error(`${part} is not running`);
  return pid;
}

/** The first digits of a digest or the last of a run id: the short id that people type. */
export function short(id: string): string {
  return id.startsWith('sha256:') ? id.slice(7, 19) : id.slice(-12);
}
