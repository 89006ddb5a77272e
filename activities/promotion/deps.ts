import type { Client } from '@temporalio/client';
import type { TenantStores } from '../../adapters/content-store/content-store.js';
import type { Database } from '../../store/database.js';
import type { EvidenceCache } from '../policy/evidence-cache.js';
import type { RuleSource } from '../policy/rule-source.js';

/** The dependencies of the control activities. */
export interface ControlDeps {
  readonly database: Database;
  readonly blobs: TenantStores;
  readonly rules: RuleSource;
  /** What this process has verified. */
  readonly cache: EvidenceCache;
  readonly client: Client;
  /** The clock: facts are dated by us, never by what a statement claims. */
  readonly now: () => Date;
}
