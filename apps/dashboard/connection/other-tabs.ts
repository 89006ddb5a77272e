import { createClient } from '@connectrpc/connect';
import { createConnectQueryKey } from '@connectrpc/connect-query';
import type { QueryClient } from '@tanstack/react-query';
import { IdentityService, type WhoAmIResponse } from '#gen/governance/v1/identity_service_pb.js';
import { pageSecretName } from './page-secret.js';
import { transport } from './transport.js';

/**
 * Goes on when another tab has signed in. As the same person, what is shown and what was typed stays and is asked for
 * again; as another, nothing of before does.
 */
export function followOtherTabs(queries: QueryClient): void {
  addEventListener('storage', ({ key, newValue }) => {
    if (key !== pageSecretName || newValue === null) return;
    void goOn(queries);
  });
}

async function goOn(queries: QueryClient): Promise<void> {
  const queryKey = createConnectQueryKey({
    schema: IdentityService.method.whoAmI,
    input: {},
    transport,
    cardinality: 'finite',
  });
  const before = queries.getQueryData<WhoAmIResponse>(queryKey);
  const now = await createClient(IdentityService, transport)
    .whoAmI({})
    .catch(() => undefined);
  const isSame = now !== undefined && before?.tenant === now.tenant && before.principal?.name === now.principal?.name;
  await (isSame ? queries.invalidateQueries() : queries.resetQueries());
}
