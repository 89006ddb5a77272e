import { create } from '@bufbuild/protobuf';
import {
  type CommitKey,
  CommitKeySchema,
  type Principal,
  PrincipalKind,
  PrincipalSchema,
  type Token,
  TokenSchema,
} from '#gen/governance/v1/identity_service_pb.js';
import type { PrincipalKind as DomainKind } from '../../../core/identity/principal-kind.js';
import type { StoredCommitKey } from '../../../store/identity/commit-keys.js';
import type { StoredKey, StoredPrincipal } from '../../../store/identity/read.js';
import type { StoredToken } from '../../../store/identity/tokens.js';
import { instant } from '../convert.js';

const kinds: Readonly<Record<DomainKind, PrincipalKind>> = {
  human: PrincipalKind.PERSON,
  agent: PrincipalKind.AGENT,
  service: PrincipalKind.SERVICE,
};

/** A principal with its keys. */
export function toPrincipal(principal: StoredPrincipal, keys: readonly StoredKey[]): Principal {
  return create(PrincipalSchema, {
    name: principal.name,
    kind: kinds[principal.kind],
    displayName: principal.displayName,
    roles: [...principal.roles],
    emails: [...principal.addresses],
    keys: keys
      .filter((key) => key.principal === principal.name)
      .map((key) => ({
        keyId: key.keyId,
        purpose: key.purpose,
        publicKeyPem: key.publicKeyPem,
        enrolledBy: key.enrolledBy,
        heldIn: key.heldIn,
        label: key.label,
        ...instant('validFrom', key.validFrom),
        ...instant('validUntil', key.validUntil),
      })),
  });
}

/** A key that signs commits. */
export function toCommitKey(key: StoredCommitKey): CommitKey {
  const { fingerprint, principal, format, publicKey, enrolledBy } = key;
  return create(CommitKeySchema, {
    fingerprint,
    principal,
    format,
    publicKey,
    enrolledBy,
    ...instant('enrolledAt', key.enrolledAt),
    ...instant('revokedAt', key.revokedAt),
  });
}

/** A token, by its hash. */
export function toToken(token: StoredToken): Token {
  const { tokenHash, principal, label, createdBy } = token;
  return create(TokenSchema, {
    ...{ tokenHash, principal, label, createdBy: createdBy ?? '' },
    ...instant('createdAt', token.createdAt),
    ...instant('expiresAt', token.expiresAt),
  });
}
