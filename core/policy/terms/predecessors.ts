import type { PolicyFacts } from '../facts.js';
import type { PredecessorRule } from '../demands.js';
import type { JudgeTerm } from './term.js';

/** Whether the bundle was live in enough of the lanes that come before, and other products are live in theirs. */
export const judgePredecessors: JudgeTerm = ({ predecessors }, { facts }) => {
  if (predecessors === undefined) return undefined;
  const { atLeast, of } = predecessors;
  const missing = of.filter((one) => !isThere(one, facts));
  const count = of.length - missing.length;
  const counted = `${String(count)} of ${String(of.length)} predecessors are live, ${String(atLeast)} needed`;
  if (count >= atLeast) return { verdict: 'PASS', explanation: counted, reliedOn: [] };
  return {
    verdict: 'PENDING',
    explanation: `${counted}: ${missing.map((one) => wordsOf(one, facts)).join('; ')}`,
    next: nextOf(missing, atLeast - count, facts),
    waitsFor: 'predecessors',
    reliedOn: [],
  };
};

type Predecessor = PredecessorRule['of'][number];

function isThere({ lane, product }: Predecessor, facts: PolicyFacts): boolean {
  if (product === undefined || product === facts.product) return facts.lanes[lane].wasLive;
  return facts.products?.[product]?.[lane]?.live ?? false;
}

/** @param needed how many of those that are missing */
function nextOf(missing: readonly Predecessor[], needed: number, facts: PolicyFacts): string {
  const steps = missing.map(({ lane, product }) =>
    product === undefined || product === facts.product
      ? `lane promote {bundle} --to ${lane}`
      : `with a bundle of ${product} (lane get bundles --product ${product}): lane promote BUNDLE --to ${lane}`,
  );
  const of = needed < missing.length ? `${String(needed)} of these has to be live first` : 'first';
  return `${of}: ${steps.join('; ')}`;
}

function wordsOf({ lane, product }: Predecessor, facts: PolicyFacts): string {
  return product === undefined || product === facts.product
    ? `this bundle was not live in ${lane}`
    : `nothing of ${product} is live in ${lane}`;
}
