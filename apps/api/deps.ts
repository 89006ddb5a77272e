import type { Client as RpcClient } from '@connectrpc/connect';
import type { Client } from '@temporalio/client';
import type { EnrolmentService } from '#gen/governance/v1/enrolment_service_pb.js';
import type { EvidenceCache } from '../../activities/policy/evidence-cache.js';
import type { PolicySource } from '../../activities/policy/policy-source.js';
import type { ContentStore } from '../../adapters/content-store/content-store.js';
import type { Database } from '../../store/database.js';

/** What the services depend on. */
export interface ApiDeps {
  readonly database: Database;
  readonly client: Client;
  readonly blobs: ContentStore;
  readonly policies: PolicySource;
  /** What this process has verified. */
  readonly cache: EvidenceCache;
  /** The process that alone changes who is who. */
  readonly enrolment: RpcClient<typeof EnrolmentService>;
  readonly now: () => Date;
}
