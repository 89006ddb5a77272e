import type { Client } from '@temporalio/client';
import type { Database } from '../store/database.js';
import { Deliveries } from './deliveries.js';
import { type Follower, startFollower } from './follower.js';

/** The dependencies of the dispatcher. */
export interface DispatcherDeps {
  readonly database: Database;
  readonly client: Client;
  /** Receives what goes wrong; all of it is tried again or parked. The tenant is absent when it concerns all. */
  readonly onError: (message: string, tenant?: string) => void;
}

/** Follows the log of method events and signals each open run that an event concerns, at least once. */
export function startDispatcher({ database, client, onError }: DispatcherDeps): Follower {
  return startFollower({
    database,
    name: 'dispatcher',
    batchSize: 200,
    handlerFor: (tenant, report) =>
      new Deliveries({ client, onFailed: report, onParked: (message) => onError(message, tenant) }),
    onError,
  });
}
