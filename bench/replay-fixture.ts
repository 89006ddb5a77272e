import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { RuleLayers } from '../core/policy/layers/document.js';
import { nodeHashing } from '../adapters/hash/node-hashing.js';
import type { Digest } from '../core/digest.js';
import { digestOf } from '../core/hash.js';
import { evaluateGates } from '../core/policy/evaluate.js';
import { takeApart } from '../core/policy/fact-sheet.js';
import type { EvidenceFact } from '../core/policy/facts.js';
import type { ResolvedPolicy } from '../core/policy/resolve.js';
import { parsePolicy } from '../core/policy/parse.js';
import { scopeOf } from '../core/policy/read-scope.js';
import { resolveSnapshot } from '../core/policy/resolve.js';
import { wantedBy } from '../core/policy/wanted.js';
import { pinSnapshot, recordRound } from '../store/policy/write.js';
import { commitFact, personFact } from '../test/support/commit-facts.js';
import { LaneScene } from '../test/support/lane-scene.js';
import { approval, bundle, evidence, facts, image } from '../test/support/policy-facts.js';
import { sealText } from '../test/support/sealed-bundle.js';

/** How many products decide at the same time. */
const products = 20;

/** The kinds of evidence that the gates of gold ask for, and whom each is about. */
const kinds: readonly (readonly [kind: string, subject: Digest])[] = [
  ...['test-result', 'signature', 'provenance', 'sbom-spdx', 'sbom-cyclonedx'].map((kind) => [kind, image] as const),
  ['preview-check', bundle],
];

/** The default policy. */
export async function defaultRules(): Promise<RuleLayers> {
  const path = fileURLToPath(new URL('../policies/default.yaml', import.meta.url));
  return { policies: [parsePolicy(await readFile(path, 'utf8'), 'default.yaml')] };
}

/** PostgreSQL with recorded decisions about gold, as the default policy makes them. */
export async function startReplayFixture(decisions: number): Promise<LaneScene> {
  const scene = await LaneScene.start();
  try {
    const rules = await defaultRules();
    await Promise.all(
      Array.from({ length: products }, (_, index) =>
        decide(scene, rules, `product-${String(index)}`, decisions / products),
      ),
    );
    return scene;
  } catch (error) {
    await scene.close();
    throw error;
  }
}

/** Has a promotion decided again and again, each time with evidence that has arrived meanwhile. */
async function decide(scene: LaneScene, rules: RuleLayers, product: string, rounds: number): Promise<void> {
  const sealed = await sealText(scene, product, { product });
  const { promotionId: id } = await scene.open({ product, lane: 'bronze', bundle: sealed });
  const resolved = resolveSnapshot(rules, { product, lane: 'gold', kind: 'PROMOTION' });
  const policyDigest = await scene.in((tx) => pinSnapshot(tx, resolved));
  const { gateRound } = await scene.promotion(id);
  const seen: EvidenceFact[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    // Enough for any gate; then evidence begins to arrive anew.
    if (seen.length >= 30) seen.length = 0;
    seen.push(arriving(product, round));
    await record(scene, { id, product, number: gateRound + round, policyDigest, resolved, seen });
  }
}

function arriving(product: string, round: number): EvidenceFact {
  const [kind, subject] = kinds[round % kinds.length] ?? ['test-result', image];
  const id = `${product}/${String(round)}`;
  return evidence({ id, kind, subjects: [subject], checksum: digestOf(id) });
}

async function record(
  scene: LaneScene,
  of: {
    readonly id: string;
    readonly product: string;
    readonly number: number;
    readonly policyDigest: Digest;
    readonly resolved: ResolvedPolicy;
    readonly seen: readonly EvidenceFact[];
  },
): Promise<void> {
  const { id, product, number, policyDigest, seen } = of;
  const { snapshot } = of.resolved;
  const about = facts({ product, promotionId: id, policyDigest, evidence: seen });
  const commits = {
    ...about.bundle.commits,
    brought: ['ada', 'ben', 'cleo'].map((who) => commitFact(personFact(who))),
  };
  const approvals = number % 3 === 0 ? [approval('quinn', ['qa'], { policyDigest })] : [];
  const all = { ...about, approvals, bundle: { ...about.bundle, commits } };
  const at = new Date();
  const evaluation = evaluateGates(snapshot, all, at);
  const sheet = takeApart({ facts: all, read: scopeOf(wantedBy(snapshot)) }, nodeHashing);
  await scene.in((tx) => recordRound(tx, id, { number, policyDigest, evaluation, sheet, fencingToken: undefined, at }));
}
