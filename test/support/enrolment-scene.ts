import { PolicyBook } from '../../activities/policy/policy-book.js';
import { installPolicies } from './installed-rules.js';
import { ConnectError } from '@connectrpc/connect';
import { expect } from '@jest/globals';
import { type Enrolment, EnrolmentState } from '#gen/governance/v1/enrolment_service_pb.js';
import { ErrorDetailSchema } from '#gen/governance/v1/error_pb.js';
import { connectToEnrolment } from '../../apps/api/enrolment/client.js';
import { RefusedDrafts } from '../../apps/enrolment/policy/refused-drafts.js';
import { startEnrolmentServer } from '../../apps/enrolment/server.js';
import { ensureDevelopmentIdentities } from '../../apps/stack/development-identities.js';
import type { EnrolmentChange } from '../../core/enrolment/change.js';
import { type Database, openDatabase } from '../../store/database.js';
import { type EmbeddedCluster, startCluster } from './embedded-cluster.js';
import { type Saying, signEnrolment } from './enrolment.js';

/** What an attacker reaches who has taken over the API: the enrolment process itself, without any token. */
export interface EnrolmentScene {
  readonly cluster: EmbeddedCluster;
  /** With the rights of the enrolment process. */
  readonly database: Database;
  submit(signedStatement: Uint8Array): Promise<Enrolment>;
  /** What becomes of a statement: the state of its enrolment, or the code of its refusal. */
  outcomeOf(
    ...saying: Parameters<typeof signEnrolment> extends [unknown, ...infer Rest] ? Rest : never
  ): Promise<string>;
  rolesOf(name: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** A request for a change. */
export const request = (change: EnrolmentChange): Saying => ({ verb: 'request', change });

/** A change that gives somebody roles. */
export const grant = (principal: string, ...roles: string[]): EnrolmentChange => ({
  ...{ type: 'grant-roles', principal, roles, reason: 'wanted' },
});

/** The code of a refusal. */
export const codeOf = (error: unknown): string =>
  ConnectError.from(error).findDetails(ErrorDetailSchema)[0]?.reason ?? String(error);

/** Starts PostgreSQL with the development identities, and the enrolment process. */
export async function startEnrolmentScene(): Promise<EnrolmentScene> {
  const cluster = await startCluster();
  await ensureDevelopmentIdentities(cluster.dataDir, cluster.urls.enrolment);
  const database = openDatabase({ url: cluster.urls.enrolment, maxConnections: 3 });
  const reports: unknown[] = [];
  const rules = new PolicyBook(database, await installPolicies(cluster.urls));
  const deps = { database, rules, refusedDrafts: new RefusedDrafts(), now: () => new Date() };
  const server = await startEnrolmentServer(deps, 0, (error) => reports.push(error));
  const enrolment = connectToEnrolment(`http://127.0.0.1:${String(server.port)}`);
  const submit = async (signedStatement: Uint8Array): Promise<Enrolment> =>
    (await enrolment.submitEnrolment({ signedStatement })).enrolment!;
  return {
    cluster,
    database,
    submit,
    async outcomeOf(...saying) {
      const signed = await signEnrolment(cluster, ...saying);
      return submit(signed).then((one) => EnrolmentState[one.state], codeOf);
    },
    async rolesOf(name) {
      const rows = await database.transaction('default', (tx) =>
        tx.query<{ roles: string[] }>('select roles from principals where name = $1', [name]),
      );
      return rows[0]?.roles ?? [];
    },
    async close() {
      await server.close();
      await database.close();
      await cluster.close();
      expect(reports).toEqual([]);
    },
  };
}
