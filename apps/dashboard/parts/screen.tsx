import { type ReactNode, useEffect, useRef } from 'react';
import css from './screen.module.css';

/** One screen: its title is the document's, and has the focus when somebody has come here. */
export function Screen({
  title,
  heading = title,
  aside,
  children,
}: {
  readonly title: string;
  /** What the heading shows, if more than the title. */
  readonly heading?: ReactNode;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Lanekeeper`;
  }, [title]);
  useEffect(() => {
    // Not at the first look at the page: then nobody has navigated. And not away from what somebody is already writing.
    const isWriting = document.activeElement?.matches('input, textarea, select') === true;
    if (hasNavigated && !isWriting) head.current?.focus({ preventScroll: true });
    hasNavigated = true;
  }, []);
  return (
    <>
      <header className={css['head']}>
        <h1 ref={head} tabIndex={-1}>
          {heading}
        </h1>
        {aside !== undefined && <div className={css['aside']}>{aside}</div>}
      </header>
      {children}
    </>
  );
}

let hasNavigated = false;

/** A part of a screen with a heading. */
export function Section({
  title,
  aside,
  children,
  isCard = true,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly isCard?: boolean;
}) {
  return (
    <section className={css['section']}>
      <div className={css['sectionHead']}>
        <h2>{title}</h2>
        {aside}
      </div>
      <div className={isCard ? css['card'] : undefined}>{children}</div>
    </section>
  );
}

/** Names and values. */
export function Fields({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={css['fields']}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
