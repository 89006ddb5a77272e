import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useSettings } from '../connection/settings.js';
import { Dialog } from '../parts/dialog.js';
import css from './shortcuts.module.css';
import { places } from './places.js';

/** How long after `g` a letter still belongs to it, in milliseconds. */
const chordMs = 1_500;

const keys: readonly (readonly [string, string])[] = [
  ['/', 'search'],
  ['f', 'filter what is shown, where there is a filter'],
  ...places.map(({ key, name }) => [`g ${key}`, `go to ${name}`] as const),
  ['j / k', 'next or previous row, in the inbox'],
  ['a', 'approve, in the inbox'],
  ['c', 'request changes, in the inbox'],
  ['r', 'reject, in the inbox'],
  ['?', 'this help'],
];

/** The keys of the whole page. */
export function Shortcuts() {
  const navigate = useNavigate();
  const [isHelp, setHelp] = useState(false);
  const { keys: areOn } = useSettings();
  useEffect(() => {
    if (!areOn) return undefined;
    let chordAt = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const place = places.find(({ key }) => key === event.key);
      if (Date.now() - chordAt < chordMs && place !== undefined) {
        chordAt = 0;
        event.preventDefault();
        void navigate({ to: place.to });
      } else if (event.key === 'g') chordAt = Date.now();
      else if (event.key === '?') setHelp(true);
      else if (event.key === '/') focusField(event, '[role="search"] input');
      else if (event.key === 'f') focusField(event, 'main input[type="search"]');
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [navigate, areOn]);
  if (!isHelp) return null;
  return (
    <Dialog title="Keys" onClose={() => setHelp(false)}>
      <dl className={css['keys']}>
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

function focusField(event: KeyboardEvent, selector: string): void {
  const field = document.querySelector<HTMLInputElement>(selector);
  if (field === null) return;
  event.preventDefault();
  field.focus();
  field.select();
}

/** Whether keys belong to what somebody writes, or to an open dialog. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, dialog, [contenteditable]') !== null;
}
