import { readable } from './numbers.js';

/** A figure against what it is compared with, and how far apart they may be. */
export interface Goal {
  readonly name: string;
  readonly unit: string;
  readonly figure: number;
  readonly comparator: { readonly name: string; readonly figure: number };
  /** Figure to comparator. */
  readonly ratio: number;
  readonly goal: { readonly atMost: number } | { readonly atLeast: number };
  readonly pass: boolean;
}

/** Judges a figure. */
export function goalOf(goal: Omit<Goal, 'ratio' | 'pass'>): Goal {
  const ratio = goal.figure / goal.comparator.figure;
  const pass = 'atMost' in goal.goal ? ratio <= goal.goal.atMost : ratio >= goal.goal.atLeast;
  return { ...goal, ratio, pass };
}

/** Goals as text for people. */
export function renderGoals(goals: readonly Goal[]): string {
  return goals
    .map(({ name, unit, figure, comparator, ratio, goal, pass }) => {
      const limit = 'atMost' in goal ? `at most ${readable(goal.atMost)}` : `at least ${readable(goal.atLeast)}`;
      const compared = `${readable(figure)} ${unit}; ${comparator.name}: ${readable(comparator.figure)} ${unit}`;
      return `${pass ? 'ok    ' : 'MISSED'} ${name}: ${compared}; ratio ${readable(ratio)}, goal ${limit}`;
    })
    .join('\n');
}
