import type { QueryClient, QueryKey } from '@tanstack/react-query';
import type { Asked } from './affected.js';

/** What a query asks for: the keys are those of Connect-Query. Undefined for what is not asked of the server. */
export function askedBy(key: QueryKey): Asked | undefined {
  const [, about] = key as readonly [
    unknown,
    { serviceName?: string; methodName?: string; input?: unknown } | undefined,
  ];
  if (about?.methodName === undefined) return undefined;
  const service = about.serviceName?.split('.').at(-1) ?? '';
  const input = typeof about.input === 'object' && about.input !== null ? about.input : {};
  return { service, method: about.methodName, input: input as Record<string, unknown> };
}

/** Has everything asked for again that is affected, as far as it is shown. */
export function askAgain(queries: QueryClient, isAffected: (asked: Asked) => boolean): Promise<void> {
  return queries.invalidateQueries({
    predicate: ({ queryKey }) => {
      const asked = askedBy(queryKey);
      return asked !== undefined && isAffected(asked);
    },
  });
}
