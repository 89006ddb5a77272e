import { celEnv, parse, plan } from '@bufbuild/cel';
import { digestOf } from '../core/hash.js';
import { bindingsOf } from '../core/policy/cel/values.js';
import { evaluateGates } from '../core/policy/evaluate.js';
import type { EvidenceFact, PolicyFacts } from '../core/policy/facts.js';
import type { Gate, PolicySnapshot } from '../core/policy/model.js';
import { gateVariables } from '../core/policy/variables.js';
import { evidence, facts, now } from '../test/support/policy-facts.js';
import { type Goal, goalOf } from './goal.js';
import { median } from './numbers.js';

const [gateCount, imageCount] = [20, 10];
const roundsOfBatch = 100;
const batches = 15;

const rule =
  'evidence.all(e, e.result == "PASSED" && e.failed == 0 && (e.kind.startsWith("kind") || lanes.silver.wasLive))';
const kindOf = (gate: number) => `kind-${String(gate)}`;
const images = Array.from({ length: imageCount }, (_, index) => digestOf(`image ${String(index)}`));

/** Measures what rounds of twenty gates over two hundred attestations cost beside their rules alone. */
export function benchGates(): readonly Goal[] {
  const snapshot = snapshotOf();
  const sides = { lanekeeper: lanekeeperSide(snapshot), bare: bareSide(snapshot) };
  timed(sides);
  const measured = Array.from({ length: batches }, () => timed(sides));
  const rateOf = (side: keyof typeof sides) => median(measured.map((one) => one[side]));
  return [
    goalOf({
      name: 'rounds of 20 gates over 200 attestations',
      unit: 'rounds a second',
      figure: rateOf('lanekeeper'),
      comparator: { name: 'their rules alone', figure: rateOf('bare') },
      goal: { atLeast: 0.7 },
    }),
  ];
}

function snapshotOf(): PolicySnapshot {
  const gates = Array.from({ length: gateCount }, (_, index): Gate => ({
    ...{
      id: kindOf(index),
      type: 'TESTS',
      lanes: ['gold'],
      kinds: ['PROMOTION'],
      severity: 'BLOCKING',
      rule,
      message: '',
    },
    evidence: { kind: kindOf(index), per: 'image', min: 1, maxAgeSeconds: 86_400, signers: { purposes: ['build'] } },
  }));
  return { policy: 'bench', product: 'shop', lane: 'gold', kind: 'PROMOTION', gates };
}

const attestation = evidence();
const promotion = facts();

/** Each round reads its facts anew, as those of promotions do. */
function freshFacts(): PolicyFacts {
  const attestations = Array.from({ length: gateCount * imageCount }, (_, index): EvidenceFact => {
    const subject = images[index % imageCount];
    return {
      ...attestation,
      id: String(index),
      kind: kindOf(Math.floor(index / imageCount)),
      subjects: subject === undefined ? [] : [subject],
      attributes: { result: 'PASSED', failed: 0, passed: 12, url: 'https://preview.example.com' },
    };
  });
  const artifacts = images.map((digest, index) => ({ kind: 'image', name: `image-${String(index)}`, digest }) as const);
  return { ...promotion, bundle: { ...promotion.bundle, artifacts }, evidence: attestations };
}

type Side = (given: PolicyFacts) => void;

function lanekeeperSide(snapshot: PolicySnapshot): Side {
  return (given) => {
    if (evaluateGates(snapshot, given, now).outcome !== 'PASS') throw new Error('a gate does not pass');
  };
}

/** The library with the rules of the gates, and with what these see. */
function bareSide({ gates }: PolicySnapshot): Side {
  const environment = celEnv();
  const plans = gates.map(({ id, rule: source = '' }) => ({ id, evaluate: plan(environment, parse(source)) }));
  return (given) => {
    const shared = bindingsOf(gateVariables(given, []));
    for (const { id, evaluate } of plans) {
      const accepted = given.evidence.filter(({ kind }) => kind === id);
      const own = accepted.map(({ attributes, kind, signer }) => ({
        ...attributes,
        kind,
        signer: signer?.principal ?? '',
      }));
      if (evaluate({ ...shared, ...bindingsOf({ evidence: own }) }) !== true) throw new Error('a rule does not hold');
    }
  };
}

/**
 * Makes rounds of both sides in turns, so that both see the same machine.
 *
 * @returns how many each makes in a second, without the time in which their facts are made
 */
function timed(sides: Readonly<Record<'lanekeeper' | 'bare', Side>>) {
  const ms = { lanekeeper: 0, bare: 0 };
  for (let count = 0; count < roundsOfBatch; count += 1) {
    for (const name of count % 2 === 0 ? (['lanekeeper', 'bare'] as const) : (['bare', 'lanekeeper'] as const)) {
      const given = freshFacts();
      const start = performance.now();
      sides[name](given);
      ms[name] += performance.now() - start;
    }
  }
  return { lanekeeper: (roundsOfBatch * 1_000) / ms.lanekeeper, bare: (roundsOfBatch * 1_000) / ms.bare };
}
