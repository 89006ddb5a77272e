import { Client, isGrpcServiceError, ServiceError } from '@temporalio/client';
import pg from 'pg';
import { digestOf } from '../../core/hash.js';
import { workflowIds } from '../../core/ids.js';
import { openDatabase, type Database } from '../../store/database.js';
import { appendEvent } from '../../store/event/write.js';
import { connectForDeliveries } from '../../workers/deliver.js';
import { startDispatcher } from '../../workers/dispatcher.js';
import type { Follower } from '../../workers/follower.js';
import { onTestFinished } from './clean-up.js';
import { heldDispatches } from './faults/held-database.js';
import type { Hold } from './faults/hold.js';
import { type EmbeddedCluster, startCluster } from './embedded-cluster.js';
import { connectTo, startTemporal, type TestTemporal } from './temporal-server.js';

const notFound: readonly number[] = [5];

/** Runs before each delivery to a lane; throwing replaces the answer of the server. */
export type Interference = (workflowId: string) => Promise<void> | void;

/** A row of `parked_deliveries`. */
export interface ParkedRow {
  readonly event_id: number;
  readonly target: string;
  readonly reason: string;
  readonly attempts: number;
}

/** A real PostgreSQL and a real Temporal without workers, to dispatch between. */
export interface DispatchFixture {
  readonly cluster: EmbeddedCluster;
  readonly temporal: TestTemporal;
  readonly admin: pg.Client;
  readonly database: Database;
  /** Starts a dispatcher; it is stopped when the test ends. */
  dispatcher(options?: {
    readonly interfere?: Interference;
    /** Called where it has found events, and where it has delivered them. */
    readonly hold?: Hold;
    readonly onError?: (message: string) => void;
    /** The application name of its connections to PostgreSQL. */
    readonly name?: string;
  }): Follower;
  addTenant(name: string): Promise<void>;
  /** Appends an event that wakes the lane bronze of a product. @returns the id of the lane's workflow */
  wakeLane(tenant: string, product: string): Promise<string>;
  /** How many signals the run of a lane has received; 0 when there is no run. */
  signalsOf(workflowId: string): Promise<number>;
  parked(tenant?: string): Promise<readonly ParkedRow[]>;
  close(): Promise<void>;
}

/** Starts both servers. */
export async function startDispatchFixture(): Promise<DispatchFixture> {
  const cluster = await startCluster();
  const temporal = await startTemporal(cluster.dataDir);
  const connection = await connectForDeliveries({ address: temporal.address });
  const observer = await connectTo(temporal);
  const database = openDatabase({ url: cluster.databaseUrl });
  const admin = new pg.Client({ connectionString: cluster.adminUrl });
  admin.on('error', () => undefined);
  await admin.connect();
  const plain = new Client({ connection: observer });
  return {
    cluster,
    temporal,
    admin,
    database,
    dispatcher({ interfere = () => undefined, hold, onError = () => undefined, name = 'dispatcher' } = {}) {
      const url = new URL(cluster.urls.control);
      url.searchParams.set('application_name', name);
      const own = openDatabase({ url: url.href });
      const client = new Client({
        connection,
        interceptors: {
          workflow: [
            {
              async signalWithStart(input, next) {
                await interfere(input.options.workflowId);
                return next(input);
              },
            },
          ],
        },
      });
      const dispatcher = startDispatcher({ database: hold ? heldDispatches(own, hold) : own, client, onError });
      onTestFinished(async () => {
        await dispatcher.stop();
        await own.close();
      });
      return dispatcher;
    },
    async addTenant(name) {
      await admin.query('insert into tenants (id) values ($1) on conflict do nothing', [name]);
    },
    async wakeLane(tenant, product) {
      await database.transaction(tenant, (tx) =>
        appendEvent(tx, {
          type: 'lane.queued',
          product,
          lane: 'bronze',
          promotionId: 'none',
          bundleDigest: digestOf('none'),
          data: {},
        }),
      );
      return workflowIds.lane(tenant, product, 'bronze');
    },
    async signalsOf(workflowId) {
      try {
        const { events } = await plain.workflow.getHandle(workflowId).fetchHistory();
        return (events ?? []).filter((event) => Boolean(event.workflowExecutionSignaledEventAttributes)).length;
      } catch (error) {
        if (isGrpcServiceError(error) && notFound.includes(error.code)) return 0;
        throw error;
      }
    },
    async parked(tenant = 'default') {
      const { rows } = await admin.query<ParkedRow & { event_id: string }>(
        'select event_id, target, reason, attempts from parked_deliveries where tenant_id = $1 order by event_id, target',
        [tenant],
      );
      return rows.map((row) => ({ ...row, event_id: Number(row.event_id) }));
    },
    async close() {
      await admin.end();
      await database.close();
      await Promise.all([connection.close(), observer.close()]);
      await temporal.close();
      await cluster.close();
    },
  };
}

/** An error as the client of Temporal throws it for a gRPC status. */
export function grpcError(code: number, message: string): Error {
  return new ServiceError('Failed to signalWithStart Workflow', {
    cause: Object.assign(new Error(message), { code, details: message, metadata: {} }),
  });
}
