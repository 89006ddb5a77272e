import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDatabase } from '../../store/database.js';
import { readCursor } from '../../store/event/read.js';
import { appendEvent } from '../../store/event/write.js';
import { startDispatcher } from '../../workers/dispatcher.js';
import { type EmbeddedCluster, startCluster } from '../support/embedded-cluster.js';
import { until } from '../support/until.js';

let cluster: EmbeddedCluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.close());

describe('the dispatcher', () => {
  test('is woken by commits that append events and not by its own polls, so that an idle stack is idle', async () => {
    let woken = 0;
    let wake = (): void => undefined;
    const database = openDatabase({
      url: cluster.databaseUrl,
      onEvents: () => {
        woken += 1;
        wake();
      },
    });
    const observer = openDatabase({ url: cluster.databaseUrl, maxConnections: 1 });
    // The event is about no run, so nothing is signalled and no server is needed.
    const client = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
    const dispatcher = startDispatcher({ database, client, onError: () => undefined });
    wake = () => dispatcher.wake();
    await database.transaction('default', (tx) => appendEvent(tx, { type: 'decision.recorded' }));
    const position = () => observer.transaction('default', async (tx) => (await readCursor(tx, 'dispatcher')).eventId);
    await until(async () => (await position()) > 0, 'the cursor to move');
    await dispatcher.stop();
    await Promise.all([database.close(), observer.close()]);
    expect(woken).toBe(1);
  });
});
