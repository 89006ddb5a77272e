import { useEffect, useState } from 'react';
import { shortId } from '../../../core/ids.js';
import css from './copy.module.css';
import { announce } from './announcer.js';

/** A button that copies a text. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => {
        setCopied(true);
        announce(`${what} copied`);
      },
      () => announce(`${what} could not be copied; select it and copy it yourself`),
    );
  };
  return (
    <button type="button" className={css['copy']} aria-label={`Copy ${what}`} title={`Copy ${what}`} onClick={copy}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {isCopied ? (
          <path d="M3.5 8.5l3 3 6-7" />
        ) : (
          <path d="M5.5 5.5V3.2c0-.4.3-.7.7-.7h6.6c.4 0 .7.3.7.7v6.6c0 .4-.3.7-.7.7h-2.3M3.2 5.5h6.6c.4 0 .7.3.7.7v6.6c0 .4-.3.7-.7.7H3.2a.7.7 0 0 1-.7-.7V6.2c0-.4.3-.7.7-.7z" />
        )}
      </svg>
    </button>
  );
}

/** A digest or another long id: its beginning, and a button that copies all of it. */
export function ShortId({ id, what }: { readonly id: string; readonly what: string }) {
  if (id === '') return <span>–</span>;
  return (
    <span className={css['id']}>
      <code title={id}>{shortId(id)}</code>
      <CopyButton text={id} what={what} />
    </span>
  );
}

/** The command that does the same, ready to copy. */
export function Command({ command, label = 'In a terminal' }: { readonly command: string; readonly label?: string }) {
  return (
    <span className={css['command']}>
      <span className={css['label']}>{label}</span>
      <code>{command}</code>
      <CopyButton text={command} what="command" />
    </span>
  );
}
