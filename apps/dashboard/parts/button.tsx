import { type ReactNode, useId } from 'react';
import css from './button.module.css';

/** A button. One that is not available stays in reach of the keyboard and says why. */
export function Button({
  children,
  onClick,
  whyNot = '',
  kind = 'plain',
  type = 'button',
  isBusy = false,
  shortcut,
  hasFocus = false,
}: {
  readonly children: ReactNode;
  readonly onClick?: () => void;
  /** Why it cannot be used; empty when it can. */
  readonly whyNot?: string;
  readonly kind?: 'plain' | 'main' | 'danger';
  readonly type?: 'button' | 'submit';
  readonly isBusy?: boolean;
  readonly shortcut?: string | undefined;
  /** Whether it has the focus when it appears: what came before it is gone. */
  readonly hasFocus?: boolean;
}) {
  const id = useId();
  const isOff = whyNot !== '' || isBusy;
  return (
    <span className={css['wrap']}>
      <button
        type={type}
        autoFocus={hasFocus}
        className={`${css['button'] ?? ''} ${css[kind] ?? ''}`}
        aria-disabled={isOff}
        aria-busy={isBusy}
        aria-describedby={whyNot === '' ? undefined : id}
        aria-keyshortcuts={shortcut}
        onClick={(event) => {
          if (isOff) event.preventDefault();
          else onClick?.();
        }}
      >
        {children}
        {shortcut !== undefined && <kbd className={css['key']}>{shortcut}</kbd>}
      </button>
      {whyNot !== '' && (
        <span id={id} className={css['why']}>
          {whyNot}
        </span>
      )}
    </span>
  );
}
