import { randomUUID } from 'node:crypto';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import { submitRestriction } from '../../apps/enrolment/restriction/submit.js';
import { normaliseWindow, type WrittenWindow } from '../../core/calendar/normalise.js';
import { type Digest, hexOf } from '../../core/digest.js';
import { type RestrictionAct, restrictionStatement } from '../../core/evidence/restriction-act.js';
import {
  type Hold,
  type HoldSpec,
  nameOfHold,
  type Restriction,
  type RestrictionKey,
} from '../../core/restriction/model.js';
import { type Database, openDatabase } from '../../store/database.js';
import { findRestriction, type StoredRestriction } from '../../store/restriction/read.js';
import type { EmbeddedCluster } from './embedded-cluster.js';
import { signerOf } from './sealed-bundle.js';

/** Where people say something: keys in files, a database, and the rights of the enrolment process. */
export interface PeopleScene {
  readonly dataDir: string;
  readonly database: Database;
  readonly cluster: Pick<EmbeddedCluster, 'urls'>;
}

/** How a statement differs from an honest one. */
export interface Saying {
  /** The revision that it replaces; 0 if absent. */
  readonly revision?: number;
  /** Whose key signs; their own if absent. */
  readonly keyOf?: string;
  readonly nonce?: string;
  readonly tenant?: string;
  readonly issuedAt?: Date;
}

type Said = { readonly principal: string } & Pick<RestrictionAct, 'tenant' | 'revision' | 'nonce' | 'issuedAt'> & {
    readonly expiresAt: string;
  };

/** Signs what a person does with a restriction. */
export async function signRestriction(
  { dataDir }: { readonly dataDir: string },
  principal: string,
  actOf: (said: Said) => RestrictionAct,
  saying: Saying = {},
): Promise<Uint8Array> {
  const { revision = 0, keyOf = principal, nonce = randomUUID(), tenant = 'default', issuedAt = new Date() } = saying;
  const said = {
    ...{ principal, tenant, revision, nonce, issuedAt: issuedAt.toISOString() },
    expiresAt: new Date(issuedAt.getTime() + 60_000).toISOString(),
  };
  return signStatement(restrictionStatement(actOf(said)), await signerOf(dataDir, 'identities', keyOf));
}

/** The act that puts a restriction. */
export function putting(restriction: Restriction): (said: Said) => RestrictionAct {
  return (said) => ({ ...said, verb: 'put', ...restriction });
}

/** A window as a restriction. */
export function windowOf(name: string, written: WrittenWindow): Restriction {
  const { name: _name, ...spec } = normaliseWindow(name, written);
  return { kind: 'window', name, spec };
}

/** Sends a statement to the enrolment process, without an API. */
export async function sendRestriction(
  engine: Pick<PeopleScene, 'cluster'>,
  signed: Uint8Array,
  now: () => Date = () => new Date(),
): Promise<StoredRestriction> {
  const database = openDatabase({ url: engine.cluster.urls.enrolment, maxConnections: 1 });
  try {
    return (await submitRestriction({ database, now }, signed)).restriction;
  } finally {
    await database.close();
  }
}

/** Puts a restriction as a person, in the place of what is there. */
export async function put(engine: PeopleScene, person: string, restriction: Restriction): Promise<StoredRestriction> {
  const revision = (await current(engine, restriction))?.revision ?? 0;
  return sendRestriction(engine, await signRestriction(engine, person, putting(restriction), { revision }));
}

/** Ends a restriction as a person. */
export async function retire(
  engine: PeopleScene,
  person: string,
  key: RestrictionKey,
  reason = 'it is over',
): Promise<StoredRestriction> {
  const revision = (await current(engine, key))?.revision ?? 0;
  const { kind, name } = key;
  const actOf = (said: Said): RestrictionAct => ({ ...said, verb: 'retire', kind, name, reason });
  return sendRestriction(engine, await signRestriction(engine, person, actOf, { revision }));
}

/** Holds a scope as a person. @returns the hold */
export async function hold(
  engine: PeopleScene,
  person: string,
  scope: Pick<HoldSpec, 'product' | 'lane'>,
  reason: string,
  stops: Hold['stops'] = ['DEPLOY'],
): Promise<Hold> {
  const name = nameOfHold(scope);
  const before = await current(engine, { kind: 'hold', name });
  const spec = before?.state === 'ACTIVE' && before.restriction.kind === 'hold' ? before.restriction.spec.holds : [];
  const issuedAt = new Date();
  const own: Hold = { id: randomUUID().slice(0, 8), by: person, since: issuedAt.toISOString(), reason, stops };
  const holds = [...spec, own].sort((a, b) => (a.id < b.id ? -1 : 1));
  const saying = { revision: before?.revision ?? 0, issuedAt };
  const signed = await signRestriction(
    engine,
    person,
    putting({ kind: 'hold', name, spec: { ...scope, holds } }),
    saying,
  );
  await sendRestriction(engine, signed);
  return own;
}

/** Calls a bundle back as a person. */
export function recall(engine: PeopleScene, person: string, product: string, bundle: Digest, reason: string) {
  return put(engine, person, { kind: 'recall', name: hexOf(bundle), spec: { product, bundle, reason } });
}

async function current(
  engine: Pick<PeopleScene, 'database'>,
  key: RestrictionKey,
): Promise<StoredRestriction | undefined> {
  return engine.database.transaction('default', (tx) => findRestriction(tx, key));
}
