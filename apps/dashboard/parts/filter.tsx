import { type ReactNode, useEffect, useRef, useState } from 'react';
import css from './filter.module.css';
import { Glyph } from './mark.js';

/** After how long what is typed is taken, in milliseconds. */
const pauseMs = 120;

/** A field that narrows what is shown. */
export function Filter({
  value,
  label,
  onChange,
}: {
  readonly value: string;
  readonly label: string;
  readonly onChange: (text: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  // What it does depends on what else is chosen by then.
  const newest = useRef(onChange);
  useEffect(() => {
    newest.current = onChange;
  });
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return undefined;
    const timer = setTimeout(() => newest.current(typed), pauseMs);
    return () => clearTimeout(timer);
  }, [typed, value]);
  return (
    <label className={css['filter']}>
      <span className="visually-hidden">{label}</span>
      <input
        type="search"
        placeholder={label}
        value={typed}
        maxLength={200}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setTyped(event.target.value)}
      />
      <kbd aria-hidden="true">f</kbd>
    </label>
  );
}

/** A switch for a filter. */
export function Toggle({
  isOn,
  onChange,
  children,
}: {
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly children: ReactNode;
}) {
  return (
    <button type="button" className={css['toggle']} aria-pressed={isOn} onClick={() => onChange(!isOn)}>
      {isOn && <Glyph shape="check" />}
      {children}
    </button>
  );
}
