import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalKey } from '../../adapters/sigstore/keys.js';
import type { KeyPurpose } from '../../core/enrolment/change.js';
import { LanekeeperError } from '../../core/errors.js';
import { digestOf } from '../../core/hash.js';
import { formatToken } from '../../core/identity/token.js';
import { principalKinds } from '../../core/identity/principal-kind.js';
import { parsePrincipalName } from '../../core/ids.js';
import { listOf, oneOf, optional, type Parsed, parseObject, text } from '../../core/input.js';
import { openDatabase } from '../../store/database.js';
import { linkAddress } from '../../store/identity/addresses.js';
import { enrolKey } from '../../store/identity/keys.js';
import { listPrincipals } from '../../store/identity/list.js';
import { ensureToken } from '../../store/identity/tokens.js';
import { ensurePrincipal } from '../../store/identity/write.js';

const purposes: readonly KeyPurpose[] = ['person', 'build', 'verification'];

const founderFields = {
  name: parsePrincipalName,
  kind: oneOf(...principalKinds),
  displayName: optional(text(200)),
  roles: optional(listOf(text(63), 16)),
  addresses: optional(listOf(text(200), 32)),
  keys: listOf(
    (value, object) => parseObject(value, object, { purpose: oneOf(...purposes), publicKeyPem: text(2_000) }),
    10,
  ),
};

/** One of the first principals of a tenant: those whom everybody else is enrolled by. */
export type Founder = Parsed<typeof founderFields>;

/** Reads the first principals of a tenant. @throws INVALID_INPUT, NOT_FOUND */
export async function readFounders(file: string): Promise<readonly Founder[]> {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new LanekeeperError('NOT_FOUND', { message: 'the file cannot be read', object: file }, { cause: error });
  });
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new LanekeeperError('INVALID_INPUT', { message: 'the file is not JSON', object: file }, { cause: error });
  }
  const founders = listOf((one, object) => parseObject(one, object, founderFields), 100)(value, file);
  const operators = founders.filter(
    ({ kind, roles = [], keys }) =>
      kind === 'human' && roles.includes('operator') && keys.some(({ purpose }) => purpose === 'person'),
  );
  if (operators.length < 2)
    throw new LanekeeperError('INVALID_INPUT', {
      message: 'a tenant needs two operators',
      object: file,
      why: 'what grants a right needs two people, each a human with the role operator and a key for the purpose person',
      next: 'name them; docs/operating.md has an example',
    });
  return founders;
}

/**
 * Enrols the first principals of a tenant, once: as soon as there is one, everybody else comes by signed statements.
 *
 * @param databaseUrl connection string of the enrolment role
 * @param tokensFolder where the first token of each human is written, for them alone
 * @throws CONFLICT when the tenant has principals
 */
export async function enrolFounders(
  founders: readonly Founder[],
  { tenant, databaseUrl, tokensFolder }: { tenant: string; databaseUrl: string; tokensFolder: string },
): Promise<void> {
  const humans = founders.filter(({ kind }) => kind === 'human');
  const tokens = new Map(
    humans.map(({ name }) => [name, formatToken(tenant, randomBytes(32).toString('base64url'))] as const),
  );
  const database = openDatabase({ url: databaseUrl, maxConnections: 1 });
  try {
    await database.transaction(tenant, async (tx) => {
      if ((await listPrincipals(tx)).length > 0)
        throw new LanekeeperError('CONFLICT', {
          message: `tenant ${tenant} has its first principals already`,
          object: `tenant ${tenant}`,
          next: 'enrol others with lane principal add and lane keys enrol',
        });
      const by = 'founding of the tenant';
      for (const { name, kind, displayName = name, roles = [], addresses = [], keys } of founders) {
        await ensurePrincipal(tx, { name, kind, displayName, roles });
        for (const address of addresses) await linkAddress(tx, { address, principal: name, by: name });
        for (const key of keys) await enrolKey(tx, { ...key, ...canonicalKey(key.publicKeyPem), principal: name, by });
        const token = tokens.get(name);
        if (token !== undefined) await ensureToken(tx, { tokenHash: digestOf(token), principal: name });
      }
    });
  } finally {
    await database.close();
  }
  await mkdir(tokensFolder, { recursive: true, mode: 0o700 });
  for (const [name, token] of tokens) await writeFile(join(tokensFolder, name), `${token}\n`, { mode: 0o600 });
}
