import type { ReactNode } from 'react';
import css from './mark.module.css';

/** How a state feels; its word and its shape say the same without colour. */
export type Tone = 'good' | 'wait' | 'bad' | 'move' | 'plain';

const shapes = {
  check: 'M3.5 8.5l3 3 6-7',
  cross: 'M4 4l8 8M12 4l-8 8',
  dots: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  alert: 'M8 3v6M8 12.2v.01',
  arrow: 'M8 13V3.5M3.8 7.5L8 3.3l4.2 4.2',
  back: 'M13 8H4M7.5 3.8L3.3 8l4.2 4.2',
  dash: 'M4 8h8',
  hand: 'M5 8V5.5M8 8V3.5M11 8V5.5M3.5 9.5c0 3 2 4 4.5 4s4.5-1 4.5-4V8',
  clock: 'M8 4.5V8l2.5 1.8M8 1.8a6.2 6.2 0 1 0 .01 0z',
  up: 'M4 10l4-4 4 4',
  down: 'M4 6l4 4 4-4',
  to: 'M2.5 8h10.5M9 4l4 4-4 4',
  out: 'M6.5 3.5H3.5v9h9v-3M9.5 2.5h4v4M13 3L7.5 8.5',
  sun: 'M8 5.2a2.8 2.8 0 1 0 .01 0zM8 1.3v1M8 13.7v1M1.3 8h1M13.7 8h1M3.3 3.3l.7.7M12 12l.7.7M12.7 3.3l-.7.7M4 12l-.7.7',
  moon: 'M12.8 9.6A5.3 5.3 0 0 1 6.4 3.2a5.3 5.3 0 1 0 6.4 6.4z',
  half: 'M8 2.2a5.8 5.8 0 1 0 .01 0zM8 2.2v11.6M10 3v10M12 5v6',
  pause: 'M5.5 3.8v8.4M10.5 3.8v8.4',
  frost: 'M8 2.2v11.6M3 5.1l10 5.8M13 5.1L3 10.9',
  flag: 'M4 14V2.5h8l-2 3 2 3H4',
  span: 'M2.5 4v8M13.5 4v8M3 8h10',
  wave: 'M2.5 8c1.5-3 3-3 4.5 0s3 3 6.5 0',
} as const;

/** The shapes that go with states. */
export type Shape = keyof typeof shapes;

/** A shape, for eyes alone. */
export function Glyph({ shape }: { readonly shape: Shape }) {
  return (
    <svg className={css['glyph']} viewBox="0 0 16 16" aria-hidden="true">
      <path d={shapes[shape]} />
    </svg>
  );
}

/** A text of the server, whose arrows are drawn: not every font has them. */
export function Words({ text }: { readonly text: string }) {
  const parts = text.split(' → ');
  return parts.map((part, index) => (
    // The parts of a text have no names but their places.
    <span key={index}>
      {index > 0 && (
        <>
          {' '}
          <Glyph shape="to" />
          <span className="visually-hidden">to</span>{' '}
        </>
      )}
      {part}
    </span>
  ));
}

/** A state: shape, word and colour. */
export function Mark({
  tone,
  shape,
  children,
  quiet = false,
}: {
  readonly tone: Tone;
  readonly shape: Shape;
  readonly children: ReactNode;
  /** Without a ground of its own. */
  readonly quiet?: boolean;
}) {
  return (
    <span className={`${css['mark'] ?? ''} ${css[tone] ?? ''} ${quiet ? (css['quiet'] ?? '') : ''}`}>
      <Glyph shape={shape} />
      {children}
    </span>
  );
}
