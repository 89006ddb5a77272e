import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { pageSecret } from './connection/page-secret.js';
import { Frame } from './frame/frame.js';
import { BareFrame } from './frame/bare-frame.js';
import { BrokenScreen } from './frame/broken-screen.js';
import { NoSuchPage } from './frame/no-such-page.js';
import { textOr, type Search } from './search-params.js';

/** A screen that is fetched when somebody goes there. Its type does not depend on the addresses, which it uses. */
const screen = (load: () => Promise<{ readonly default: () => ReactNode }>) => lazyRouteComponent(load);

const root = createRootRoute({ notFoundComponent: NoSuchPage });

const bare = createRoute({
  getParentRoute: () => root,
  id: 'bare',
  component: BareFrame,
});

const framed = createRoute({
  getParentRoute: () => root,
  id: 'framed',
  component: Frame,
  beforeLoad: () => {
    // Thrown, as the router has it.
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    if (pageSecret.get() === undefined) throw redirect({ to: '/sign-in' });
  },
});

const signIn = createRoute({
  getParentRoute: () => bare,
  path: '/sign-in',
  component: screen(() => import('./identity/sign-in.js')),
});

const home = createRoute({
  getParentRoute: () => framed,
  path: '/',
  beforeLoad: () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw redirect({ to: '/lanes' });
  },
});

const lanes = createRoute({
  getParentRoute: () => framed,
  path: '/lanes',
  validateSearch: (given: Search) => ({
    ...textOr('q', given),
    ...(given['waiting'] === true && { waiting: true as const }),
    ...textOr('bundle', given),
  }),
  component: screen(() => import('./lane/lanes.js')),
});

const inbox = createRoute({
  getParentRoute: () => framed,
  path: '/inbox',
  validateSearch: (given: Search) => ({
    ...(given['tab'] === 'others' && { tab: 'others' as const }),
    ...textOr('case', given),
  }),
  component: screen(() => import('./decision/inbox.js')),
});

const promotions = createRoute({
  getParentRoute: () => framed,
  path: '/promotions',
  validateSearch: (given: Search) => ({
    ...textOr('product', given),
    ...textOr('lane', given),
    ...(given['open'] === true && { open: true as const }),
  }),
  component: screen(() => import('./promotion/promotions.js')),
});

const promotion = createRoute({
  getParentRoute: () => framed,
  path: '/promotions/$promotion',
  component: screen(() => import('./promotion/promotion.js')),
});

const bundle = createRoute({
  getParentRoute: () => framed,
  path: '/bundles/$bundle',
  validateSearch: (given: Search) => textOr('compare', given),
  component: screen(() => import('./bundle/bundle.js')),
});

const plan = createRoute({
  getParentRoute: () => framed,
  path: '/bundles/$bundle/plan/$lane',
  validateSearch: (given: Search) => ({
    ...textOr('at', given),
    ...textOr('until', given),
    ...textOr('priority', given),
  }),
  component: screen(() => import('./plan/plan.js')),
});

const product = createRoute({
  getParentRoute: () => framed,
  path: '/products/$product',
  component: screen(() => import('./product/product.js')),
});

const policies = createRoute({
  getParentRoute: () => framed,
  path: '/policies',
  validateSearch: (given: Search) => textOr('product', given),
  component: screen(() => import('./policy/policies.js')),
});

const policyVersion = createRoute({
  getParentRoute: () => framed,
  path: '/policies/$version',
  component: screen(() => import('./policy/policy-version.js')),
});

const transformations = createRoute({
  getParentRoute: () => framed,
  path: '/transformations/{-$name}',
  component: screen(() => import('./transformation/screen.js')),
});

const calendar = createRoute({
  getParentRoute: () => framed,
  path: '/calendar',
  validateSearch: (given: Search) => ({
    ...textOr('product', given),
    ...textOr('lane', given),
    ...textOr('month', given),
    ...(given['view'] === 'agenda' && { view: 'agenda' as const }),
  }),
  component: screen(() => import('./calendar/calendar.js')),
});

const settings = createRoute({
  getParentRoute: () => framed,
  path: '/settings',
  component: screen(() => import('./settings/settings.js')),
});

const tree = root.addChildren([
  bare.addChildren([signIn]),
  framed.addChildren([
    home,
    lanes,
    inbox,
    promotions,
    promotion,
    bundle,
    plan,
    product,
    policies,
    policyVersion,
    transformations,
    calendar,
    settings,
  ]),
]);

/** Every address of the page. What is shown is in the address, so that it can be sent to somebody. */
export const router = createRouter({
  routeTree: tree,
  // What a screen does not know is no part of its address: anybody can write one.
  search: { strict: true },
  defaultErrorComponent: BrokenScreen,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
