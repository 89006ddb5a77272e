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
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
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
        <h2 id={id}>{title}</h2>
        <button type="button" className={css['close']} aria-label="Close" onClick={onClose}>
          <Glyph shape="cross" />
        </button>
      </header>
      <div className={css['body']}>{children}</div>
    </dialog>
  );
}
