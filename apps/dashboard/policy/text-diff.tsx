import { diffLines } from 'diff';
import { seen } from '../../../core/unseen.js';
import css from './policy.module.css';

/** How many unchanged lines are shown around what has changed. */
const around = 3;

interface Line {
  readonly sign: ' ' | '+' | '-';
  readonly text: string;
}

/** How two texts differ, line by line; a text that does not differ is shown whole. */
export function TextDiff({ before, after }: { readonly before: string; readonly after: string }) {
  const lines = linesOf(before, after);
  const isSame = lines.every(({ sign }) => sign === ' ');
  return (
    <pre className={css['text']} tabIndex={0}>
      {lines.map(({ sign, text }, index) =>
        isSame || isNear(lines, index) ? (
          // Lines have no other name than their place.
          <span key={index} className={`${css['line'] ?? ''} ${classOf(sign)}`}>
            {isSame ? text : `${sign} ${text}`}
          </span>
        ) : null,
      )}
    </pre>
  );
}

function linesOf(before: string, after: string): readonly Line[] {
  return diffLines(seen(before), seen(after)).flatMap(({ value, added, removed }) =>
    value
      .replace(/\n$/, '')
      .split('\n')
      .map((text): Line => ({ sign: added ? '+' : removed ? '-' : ' ', text })),
  );
}

function isNear(lines: readonly Line[], index: number): boolean {
  return lines.slice(Math.max(0, index - around), index + around + 1).some(({ sign }) => sign !== ' ');
}

function classOf(sign: Line['sign']): string {
  return (sign === '+' ? css['added'] : sign === '-' ? css['removed'] : '') ?? '';
}
