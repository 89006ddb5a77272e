import { Link } from '@tanstack/react-router';
import css from '../parts/tabs.module.css';

/** What decides how strict gates are: the rules, and the transformations that they see. */
export function RulesTabs({ at }: { readonly at: 'policies' | 'transformations' }) {
  return (
    <nav className={css['tabs']} aria-label="Rules">
      <Link to="/policies" search={{}} {...current(at === 'policies')}>
        Policies
      </Link>
      <Link to="/transformations" {...current(at === 'transformations')}>
        Transformations
      </Link>
    </nav>
  );
}

function current(isCurrent: boolean) {
  return { 'aria-current': isCurrent ? ('page' as const) : undefined, activeProps: {}, inactiveProps: {} };
}
