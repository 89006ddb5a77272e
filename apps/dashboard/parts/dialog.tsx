import { type ReactNode, useEffect, useId, useRef } from 'react';
import css from './dialog.module.css';
import { Glyph } from './mark.js';

/** A dialog of the platform: it keeps the focus, closes with Escape, and gives the focus back. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    element?.showModal();
    // Whoever reads with the keyboard begins at the top; the first thing to press is not what closes it.
    heading.current?.focus();
    return () => {
      element?.close();
      // What was pressed can be gone by now: then the screen itself is what one comes back to.
      const back = opener instanceof HTMLElement && opener.isConnected && opener !== document.body ? opener : undefined;
      (back ?? document.querySelector<HTMLElement>('h1'))?.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={css['dialog']}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header className={css['head']}>
        <h2 id={id} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <button type="button" className={css['close']} aria-label="Close" onClick={onClose}>
          <Glyph shape="cross" />
        </button>
      </header>
      <div className={css['body']}>{children}</div>
    </dialog>
  );
}
