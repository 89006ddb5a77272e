import { useQuery } from '@connectrpc/connect-query';
import { type Principal, IdentityService } from '#gen/governance/v1/identity_service_pb.js';

/** Who is signed in, and where Temporal shows runs. */
export function usePerson(): {
  readonly person: Principal | undefined;
  readonly tenant: string;
  readonly temporalUiUrl: string;
} {
  const { data } = useQuery(IdentityService.method.whoAmI, {});
  return { person: data?.principal, tenant: data?.tenant ?? '', temporalUiUrl: data?.temporalUiUrl ?? '' };
}
