import { Client, type Connection, type ConnectionOptions } from '@temporalio/client';
import type { ControlDeps } from '../activities/promotion/deps.js';
import { connectForDeliveries } from './deliver.js';
import { startDispatcher } from './dispatcher.js';
import { connectForHistories } from './history-connection.js';
import { startHistoryKeeper } from './history-keeper.js';
import { startReconciler } from './reconciler.js';

/** What runs beside the worker of the control queue: the dispatcher, the reconciler, and the keeper of histories. */
export interface ControlParts {
  /** Has the dispatcher look for work of a tenant. */
  wake(tenant: string): void;
  /** Stops them, once the workers have stopped. */
  stop(): Promise<void>;
}

/** What they need. */
export interface ControlPartsOptions {
  readonly deps: ControlDeps;
  readonly namespace: string;
  readonly connectionOptions: ConnectionOptions | undefined;
  /** Receives what goes wrong; each part tries again. */
  readonly warn: (details: { readonly message: string; readonly tenant?: string | undefined }, what: string) => void;
}

/** Starts them, each with a connection to Temporal of its own where it tries failed calls again by itself. */
export async function startControlParts({
  deps,
  namespace,
  connectionOptions,
  warn,
}: ControlPartsOptions): Promise<ControlParts> {
  const connections: Connection[] = [];
  const clientOver = async (connecting: Promise<Connection>): Promise<Client> => {
    const connection = await connecting;
    connections.push(connection);
    return new Client({ connection, namespace });
  };
  const closeConnections = async (): Promise<void> => {
    for (const connection of connections) await connection.close();
  };
  try {
    const deliveries = await clientOver(connectForDeliveries(connectionOptions));
    const histories = await clientOver(connectForHistories(connectionOptions));
    const reconciler = startReconciler({
      ...deps,
      onError: (message) => warn({ message }, 'a promotion could not be compared with its run; it will be again'),
    });
    const historyKeeper = startHistoryKeeper({
      ...deps,
      client: histories,
      onError: (message, tenant) => warn({ message, tenant }, 'a history could not be kept; it will be tried again'),
    });
    const dispatcher = startDispatcher({
      database: deps.database,
      client: deliveries,
      onError: (message, tenant) =>
        warn({ message, tenant }, 'the dispatcher is in trouble: it tries again, and parks what can never succeed'),
    });
    return {
      wake: (tenant) => dispatcher.wake(tenant),
      async stop() {
        await reconciler.stop();
        await historyKeeper.stop();
        await dispatcher.stop();
        await closeConnections();
      },
    };
  } catch (error) {
    await closeConnections();
    throw error;
  }
}
