import { relativeTime } from '../output/relative-time.js';
import { renderTable } from '../output/table.js';
import { instantOf } from '../output/words.js';
import type { Context } from '../program/context.js';

/** A key of somebody, whatever it signs. */
export interface ListedKey {
  readonly principal: string;
  /** Decisions of people, builds and verifications of the service, or commits. */
  readonly signs: 'decisions' | 'builds' | 'verifications' | 'commits';
  /** Digest of the key, or the fingerprint that git shows. */
  readonly key: string;
  /** RFC 3339. */
  readonly validFrom: string;
  /** When it was revoked, or will end; empty if it has no end. */
  readonly validUntil: string;
  /** Where its private half is: a file or a browser; empty if that is not known here. */
  readonly heldIn: string;
  /** What its person calls it. */
  readonly label: string;
  readonly enrolledBy: string;
}

const signs = { person: 'decisions', build: 'builds', verification: 'verifications' } as const;

/** The keys of everybody, by principal. */
export async function keysOf(context: Context): Promise<readonly ListedKey[]> {
  const { identity } = await context.api();
  const [{ principals }, { keys }] = await Promise.all([identity.listPrincipals({}), identity.listCommitKeys({})]);
  return principals.flatMap(({ name, keys: own }) => [
    ...own.map((key) => ({
      principal: name,
      signs: signs[key.purpose as keyof typeof signs],
      key: key.keyId,
      validFrom: instantOf(key.validFrom) ?? '',
      validUntil: instantOf(key.validUntil) ?? '',
      heldIn: key.heldIn,
      label: key.label,
      enrolledBy: key.enrolledBy,
    })),
    ...keys
      .filter((key) => key.principal === name)
      .map((key) => ({
        principal: name,
        signs: 'commits' as const,
        key: key.fingerprint,
        validFrom: instantOf(key.enrolledAt) ?? '',
        validUntil: instantOf(key.revokedAt) ?? '',
        heldIn: '',
        label: '',
        enrolledBy: key.enrolledBy,
      })),
  ]);
}

/** Lists the keys of everybody. */
export async function listKeys(context: Context): Promise<undefined> {
  const keys = await keysOf(context);
  await context.show.list(
    'Key',
    keys.map((key) => ({ ...key })),
    () =>
      renderTable(
        ['PRINCIPAL', 'SIGNS', 'KEY', 'IN', 'ENROLLED', 'BY', 'ENDS', 'LABEL'],
        keys.map((key) => [
          key.principal,
          key.signs,
          key.key.startsWith('sha256:') ? key.key.slice(7, 19) : key.key,
          key.heldIn,
          relativeTime(key.validFrom, context.now()),
          key.enrolledBy,
          relativeTime(key.validUntil, context.now()),
          key.label,
        ]),
      ),
  );
  return undefined;
}
