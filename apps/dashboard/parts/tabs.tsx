import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import css from './tabs.module.css';

/** Screens of one place, side by side. */
export function Tabs({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <nav className={css['tabs']} aria-label={label}>
      {children}
    </nav>
  );
}

/** The router calls a link current whose address is the start of another one; which tab it is, the screen knows. */
export function current(isCurrent: boolean) {
  return { 'aria-current': isCurrent ? ('page' as const) : undefined, activeProps: {}, inactiveProps: {} };
}

/** What decides how strict gates are: the rules, and the transformations that they see. */
export function RulesTabs({ at }: { readonly at: 'policies' | 'transformations' }) {
  return (
    <Tabs label="Rules">
      <Link to="/policies" search={{}} {...current(at === 'policies')}>
        Policies
      </Link>
      <Link to="/transformations/{-$name}" params={{ name: undefined }} {...current(at === 'transformations')}>
        Transformations
      </Link>
    </Tabs>
  );
}
