import { LanekeeperError } from '../errors.js';
import type { Lane } from '../lanes.js';
import type { PromotionKind } from '../promotion/state.js';
import { evaluateWithin } from './cel/evaluate.js';
import { bindingsOf } from './cel/values.js';
import type { Layer, Override } from './layers/document.js';
import { noTransformation } from './variables.js';

/** For what conditions hold or not. */
export interface ConditionContext {
  readonly product: string;
  readonly lane: Lane;
  readonly kind: PromotionKind;
  /** What conditions of overrides see of the transformation of the product. */
  readonly transformation?: Readonly<Record<string, unknown>>;
}

/**
 * What conditions of overrides may spend, in steps of an evaluation: far less than rules over evidence, because they are
 * evaluated for each product, lane and kind, also of drafts.
 */
export const conditionLimits = {
  /** One condition. */
  one: 50_000,
  /** All that one resolution evaluates. */
  together: 100_000,
  /** What each takes besides, so that they cannot be too many either. */
  each: 200,
} as const;

/** The overrides whose conditions hold, and how many steps it took to find out. */
export interface Holding {
  readonly held: ReadonlySet<Override>;
  readonly spent: number;
}

/**
 * Evaluates the condition of each override of some layers once.
 *
 * @throws INVALID_POLICY when one cannot be evaluated, or they take too many steps
 */
export function holdingOverrides(layers: readonly Layer[], context: ConditionContext): Holding {
  const { product, lane, kind, transformation = noTransformation } = context;
  const bindings = bindingsOf({ transformation, product, lane, kind });
  const held = new Set<Override>();
  const { one, together, each } = conditionLimits;
  let spent = 0;
  for (const override of layers.flatMap(({ overrides }) => overrides)) {
    spent += each;
    const left = together - spent;
    const evaluated = evaluateWithin(override.when, () => bindings, Math.max(0, Math.min(one, left)));
    spent += evaluated.spent;
    if (spent > together)
      throw notEvaluated(override, `the conditions of all overrides take more than ${inWords(together)} steps`);
    if (!evaluated.result.ok) throw notEvaluated(override, evaluated.result.why);
    if (evaluated.result.value) held.add(override);
  }
  return { held, spent };
}

function notEvaluated({ id, origin }: Override, why: string): LanekeeperError {
  const place = `${origin.file}:${String(origin.line)}:${String(origin.column)}`;
  return new LanekeeperError('INVALID_POLICY', {
    message: `the condition of override ${id} could not be evaluated`,
    object: place,
    why: `${place}: ${why}`,
    next: 'correct the condition: has(…) asks whether something is there, and few steps are enough',
  });
}

function inWords(count: number): string {
  return count.toLocaleString('en-US');
}
