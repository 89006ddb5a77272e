import { createClient } from '@connectrpc/connect';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { EnrolmentService } from '#gen/governance/v1/enrolment_service_pb.js';
import { utf8Of } from '../../../core/bytes.js';
import { parseDigest } from '../../../core/digest.js';
import { enrolmentStatement } from '../../../core/evidence/enrolment.js';
import { signStatement } from '../../../core/signature/statement.js';
import { serverNow } from '../connection/clock.js';
import { transport } from '../connection/transport.js';
import { useOwnKey } from './own-key.js';
import { usePerson } from './person.js';

/** How long the statement may be under way, in milliseconds. */
const validForMs = 3_600_000;

/** Revokes a key of one's own, by a statement that is signed with the key of this browser. */
export function useRevokeKey() {
  const { person, tenant } = usePerson();
  const { signer } = useOwnKey();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (keyId: string) => {
      if (signer === undefined || person === undefined) throw new Error('this browser holds no key of yours');
      const now = serverNow();
      const said = {
        verb: 'request' as const,
        change: { type: 'revoke-key' as const, keyId: parseDigest(keyId), reason: 'revoked in the page' },
        principal: person.name,
        tenant,
        nonce: crypto.randomUUID(),
        issuedAt: now.toISOString(),
        expiresAt: new Date(now.getTime() + validForMs).toISOString(),
      };
      const bundle = await signStatement(enrolmentStatement(said), signer);
      return createClient(EnrolmentService, transport).submitEnrolment({
        signedStatement: new Uint8Array(utf8Of(bundle)),
      });
    },
    onSettled: () => queries.invalidateQueries(),
  });
}
