import type { ReactNode } from 'react';
import { type Problem, problemOf } from '../connection/problem.js';
import css from './notes.module.css';
import { Glyph } from './mark.js';

/** What went wrong: what happened, to what, why, and what to do. */
export function ProblemNote({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const problem: Problem = problemOf(error);
  return (
    <div className={`${css['note'] ?? ''} ${css['bad'] ?? ''}`} role="alert">
      <Glyph shape="alert" />
      <div>
        <p className={css['head']}>{sentence(problem.message)}</p>
        {problem.object !== '' && <p className={css['small']}>{problem.object}</p>}
        {problem.why !== '' && <p>{sentence(problem.why)}</p>}
        {problem.next !== '' && (
          <p>
            Next: <code>{problem.next}</code>
          </p>
        )}
        <p className={css['small']}>
          {problem.code}
          {onRetry !== undefined && (
            <>
              {' · '}
              <button type="button" className={css['link']} onClick={onRetry}>
                try again
              </button>
            </>
          )}
        </p>
      </div>
    </div>
  );
}

/** Nothing is here, and what to do about it. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className={css['empty']}>
      <p className={css['head']}>{title}</p>
      {children}
    </div>
  );
}

/** Something is being asked for. The shape of what will come, so that nothing jumps. */
export function Loading({ rows = 3, what }: { readonly rows?: number; readonly what: string }) {
  return (
    <div className={css['loading']} role="status">
      <span className="visually-hidden">{what} is being loaded</span>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} className={css['bar']} />
      ))}
    </div>
  );
}

/** A remark. */
export function Note({
  tone = 'plain',
  children,
}: {
  readonly tone?: 'plain' | 'wait' | 'good' | 'bad';
  readonly children: ReactNode;
}) {
  return (
    <div className={`${css['note'] ?? ''} ${css[tone] ?? ''}`}>
      <Glyph shape={tone === 'good' ? 'check' : 'alert'} />
      <div>{children}</div>
    </div>
  );
}

/** With a capital letter, as a sentence begins. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
