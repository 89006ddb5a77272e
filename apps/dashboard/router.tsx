import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { pageSecret } from './connection/page-secret.js';
import { Frame } from './frame/frame.js';
import { BareFrame } from './frame/bare-frame.js';
import { BrokenScreen } from './frame/broken-screen.js';
import { NoSuchPage } from './frame/no-such-page.js';
import { text, textOr, type Search } from './search-params.js';

const root = createRootRoute({ notFoundComponent: NoSuchPage });

const signIn = createRoute({
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

const routes = [
  signIn.addChildren([
    createRoute({
      getParentRoute: () => signIn,
      path: '/sign-in',
      component: lazyRouteComponent(() => import('./identity/sign-in.js')),
    }),
  ]),
  framed.addChildren([
    createRoute({
      getParentRoute: () => framed,
      path: '/',
      beforeLoad: () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error
        throw redirect({ to: '/lanes' });
      },
    }),
    createRoute({
      getParentRoute: () => framed,
      path: '/lanes',
      validateSearch: (given: Search) => ({
        ...textOr('q', given),
        ...(given['waiting'] === true && { waiting: true as const }),
      }),
      component: lazyRouteComponent(() => import('./lane/lanes.js')),
    }),
    createRoute({
      getParentRoute: () => framed,
      path: '/inbox',
      validateSearch: (given: Search) => ({
        ...(given['tab'] === 'others' && { tab: 'others' as const }),
        ...textOr('case', given),
      }),
      component: lazyRouteComponent(() => import('./decision/inbox.js')),
    }),
    createRoute({
      getParentRoute: () => framed,
      path: '/promotions',
      validateSearch: (given: Search) => ({
        ...textOr('product', given),
        ...textOr('lane', given),
        ...(given['open'] === true && { open: true as const }),
      }),
      component: lazyRouteComponent(() => import('./promotion/promotions.js')),
    }),
    createRoute({
      getParentRoute: () => framed,
      path: '/promotions/$promotion',
      component: lazyRouteComponent(() => import('./promotion/promotion.js')),
    }),
    createRoute({
      getParentRoute: () => framed,
      path: '/bundles/$bundle',
      validateSearch: (given: Search) => textOr('compare', given),
      component: lazyRouteComponent(() => import('./bundle/bundle.js')),
    }),
    createRoute({
      getParentRoute: () => framed,
      path: '/products/$product',
      validateSearch: (given: Search) => ({ show: text(given['show']) === 'all' ? ('all' as const) : undefined }),
      component: lazyRouteComponent(() => import('./product/product.js')),
    }),
    createRoute({
      getParentRoute: () => framed,
      path: '/settings',
      component: lazyRouteComponent(() => import('./identity/settings.js')),
    }),
  ]),
];

/** Every address of the page. What is shown is in the address, so that it can be sent to somebody. */
export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultErrorComponent: BrokenScreen,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
