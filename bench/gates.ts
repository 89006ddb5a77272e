import { celEnv, parse, plan } from '@bufbuild/cel';
import { digestOf } from '../core/hash.js';
import { type Bindings, bindingsOf } from '../core/policy/cel/values.js';
import { evaluateGates } from '../core/policy/evaluate.js';
import type { EvidenceFact, PolicyFacts } from '../core/policy/facts.js';
import type { Gate, PolicySnapshot } from '../core/policy/model.js';
import { evidenceVariable, gateVariables } from '../core/policy/variables.js';
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

/** Prepares a round over some facts, which is measured then. */
type Side = (given: PolicyFacts) => () => void;

/** Measures what rounds of twenty gates over two hundred attestations cost beside their rules alone. */
export function benchGates(): readonly Goal[] {
  const snapshot = snapshotOf();
  const sides = { gates: gatesSide(snapshot), ...rulesSides(snapshot) };
  timed(sides);
  const measured = Array.from({ length: batches }, () => timed(sides));
  const rateOf = (side: keyof typeof sides) => median(measured.map((one) => one[side]));
  const against = (name: string, side: keyof typeof sides) =>
    goalOf({
      name: 'rounds of 20 gates over 200 attestations',
      unit: 'rounds a second',
      figure: rateOf('gates'),
      comparator: { name, figure: rateOf(side) },
      goal: { atLeast: 0.7 },
    });
  return [
    against('reading the values and evaluating the rules', 'rules'),
    against('evaluating the rules', 'evaluation'),
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

function gatesSide(snapshot: PolicySnapshot): Side {
  return (given) => () => {
    if (evaluateGates(snapshot, given, now).outcome !== 'PASS') throw new Error('a gate does not pass');
  };
}

/** The library with the rules of the gates, and with what these see, read within the round or before it. */
function rulesSides({ gates }: PolicySnapshot): Readonly<Record<'rules' | 'evaluation', Side>> {
  const environment = celEnv();
  const plans = gates.map(({ rule: source = '' }) => plan(environment, parse(source)));
  const read = (given: PolicyFacts): readonly Bindings[] => {
    const shared = bindingsOf(gateVariables(given, []));
    return gates.map(({ id }) => {
      const accepted = given.evidence.filter(({ kind }) => kind === id);
      return { ...shared, ...bindingsOf({ evidence: accepted.map(evidenceVariable) }) };
    });
  };
  const evaluate = (bound: readonly Bindings[]): void => {
    for (const [index, rulePlan] of plans.entries())
      if (rulePlan(bound[index]) !== true) throw new Error('a rule does not hold');
  };
  return {
    rules: (given) => () => evaluate(read(given)),
    evaluation(given) {
      const bound = read(given);
      return () => evaluate(bound);
    },
  };
}

/**
 * Makes rounds of all sides in turns, so that they see the same machine.
 *
 * @returns how many each makes in a second, without the time in which its facts are made
 */
function timed<Name extends string>(sides: Readonly<Record<Name, Side>>): Readonly<Record<Name, number>> {
  const names = Object.keys(sides) as Name[];
  const ms = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  for (let count = 0; count < roundsOfBatch; count += 1) {
    for (const name of names) {
      const round = sides[name](freshFacts());
      const start = performance.now();
      round();
      ms[name] += performance.now() - start;
    }
    names.push(...names.splice(0, 1));
  }
  return Object.fromEntries(names.map((name) => [name, (roundsOfBatch * 1_000) / ms[name]])) as Record<Name, number>;
}
