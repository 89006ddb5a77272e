import type { Client } from '@temporalio/client';
import type { EvidenceCache } from '../../activities/policy/evidence-cache.js';
import type { RuleSource } from '../../activities/policy/rule-source.js';
import type { TenantStores } from '../../adapters/content-store/content-store.js';
import type { Database } from '../../store/database.js';
import type { EnrolmentProcess } from './enrolment/client.js';

/** What the services depend on. */
export interface ApiDeps {
  readonly database: Database;
  readonly client: Client;
  readonly blobs: TenantStores;
  readonly rules: RuleSource;
  /** What this process has verified. */
  readonly cache: EvidenceCache;
  /** The process that alone changes who is who. */
  readonly enrolment: EnrolmentProcess;
  /** Under which origins the API is reached besides loopback. */
  readonly publicOrigins: readonly string[];
  /** Where the Temporal Web UI shows runs; empty when that is not known. */
  readonly temporalUiUrl: string;
  readonly now: () => Date;
}
