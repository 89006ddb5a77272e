import { randomUUID } from 'node:crypto';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import { parseDigest } from '../../core/digest.js';
import { type PolicyAct, policyActStatement, type PolicyVerb } from '../../core/evidence/policy-act.js';
import { digestOfText, type DocumentKind, type VersionName } from '../../core/governance/document.js';
import type { PolicyVersion } from '#gen/governance/v1/governance_service_pb.js';
import { headOf, textOfVersion } from '../../store/governance/read.js';
import type { Database } from '../../store/database.js';
import type { ApiOnEngine } from './lane-runner.js';
import { signerOf } from './sealed-bundle.js';

/** What a person who changes rules works with. */
export interface PolicyDesk {
  readonly database: Database;
  readonly dataDir: string;
  /** Hands a signed statement to the API or to the enrolment process. */
  readonly submit: (act: {
    signedStatement: Uint8Array;
    text: string;
    tests?: string;
  }) => Promise<{ readonly version?: PolicyVersion | undefined }>;
}

/** A desk whose statements go through the API, carried by whoever has a token: it is the signature that counts. */
export function deskOf({ database, dataDir }: Omit<PolicyDesk, 'submit'>, api: ApiOnEngine): PolicyDesk {
  const { governance } = api.clients('carol');
  return { database, dataDir, submit: (act) => governance.submitPolicyAct(act) };
}

/** Signs an act on a version as a person. */
export async function signPolicyAct(
  desk: Pick<PolicyDesk, 'dataDir'>,
  person: string,
  verb: PolicyVerb,
  document: VersionName,
  changes: Partial<PolicyAct> = {},
): Promise<Uint8Array> {
  const now = Date.now();
  const act: PolicyAct = {
    ...(verb === 'retire' && { published: false }),
    ...{ verb, principal: person, tenant: 'default', document, nonce: randomUUID() },
    issuedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + 60_000).toISOString(),
    ...changes,
  };
  return signStatement(policyActStatement(act), await signerOf(desk.dataDir, 'identities', person));
}

/** The next version of a document with a text, as its author would name it. */
export async function nextVersion(
  { database }: Pick<PolicyDesk, 'database'>,
  kind: DocumentKind,
  name: string,
  text: string,
): Promise<VersionName> {
  const head = await database.transaction('default', (tx) => headOf(tx, { kind, name }));
  return {
    ...{ kind, name, version: (head?.version ?? 0) + 1, content: digestOfText(text) },
    ...(head !== undefined && { previous: head.digest }),
  };
}

/** The text of what was published last. */
export function publishedText({ database }: Pick<PolicyDesk, 'database'>, kind: DocumentKind, name: string) {
  return database.transaction('default', async (tx) => {
    const head = await headOf(tx, { kind, name });
    if (head === undefined) throw new Error(`nothing was published of ${kind} ${name}`);
    return textOfVersion(tx, head.digest);
  });
}

/** One person drafts and submits a version. */
export async function draftAndSubmit(
  desk: PolicyDesk,
  text: string,
  { kind, name, author, tests = '' }: Pick<Publishing, 'kind' | 'name' | 'author'> & Partial<Publishing>,
): Promise<VersionName> {
  const document = await nextVersion(desk, kind, name, text);
  const signedTests = tests === '' ? {} : { tests: digestOfText(tests) };
  await desk.submit({
    signedStatement: await signPolicyAct(desk, author, 'draft', document, signedTests),
    ...{ text, tests },
  });
  await desk.submit({ signedStatement: await signPolicyAct(desk, author, 'submit', document), text: '' });
  return document;
}

/** One person drafts and submits a version, another publishes it. */
export async function publish(
  desk: PolicyDesk,
  text: string,
  { kind = 'policy', name = 'default', author = 'dev', publisher = 'carol', tests = '' }: Partial<Publishing> = {},
): Promise<PolicyVersion> {
  const document = await draftAndSubmit(desk, text, { kind, name, author, tests });
  const signedStatement = await signPolicyAct(desk, publisher, 'publish', document);
  const { version } = await desk.submit({ signedStatement, text: '' });
  if (version === undefined) throw new Error('nothing was said about the version');
  parseDigest(version.digest);
  return version;
}

/** Which document, and who does what. */
export interface Publishing {
  readonly kind: DocumentKind;
  readonly name: string;
  readonly author: string;
  readonly publisher: string;
  /** The tests that come with the draft; none if absent or empty. */
  readonly tests: string;
}
