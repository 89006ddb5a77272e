import { TransportProvider } from '@connectrpc/connect-query';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ClockProvider } from './connection/clock.js';
import { LiveProvider } from './connection/live.js';
import { useHasSecret } from './connection/page-secret.js';
import { followOtherTabs } from './connection/other-tabs.js';
import { queries } from './connection/queries.js';
import { apply } from './connection/settings.js';
import { transport } from './connection/transport.js';
import { SessionEnded } from './identity/session-ended.js';
import { router } from './router.js';
import './style/tokens.css';
import './style/base.css';

/** The page. Nothing is followed before the browser is signed in. */
function Page() {
  const hasSecret = useHasSecret();
  const screens = <RouterProvider router={router} />;
  return hasSecret ? (
    <LiveProvider>
      {screens}
      <SessionEnded />
    </LiveProvider>
  ) : (
    screens
  );
}

apply();
followOtherTabs(queries);
const element = document.getElementById('page');
if (element !== null)
  createRoot(element).render(
    <StrictMode>
      <TransportProvider transport={transport}>
        <QueryClientProvider client={queries}>
          <ClockProvider>
            <Page />
          </ClockProvider>
        </QueryClientProvider>
      </TransportProvider>
    </StrictMode>,
  );
