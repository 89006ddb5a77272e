import pg from 'pg';

const reconnectMs = 1_000;

/**
 * Listens to a PostgreSQL channel on a connection of its own, which is reopened when it breaks. What is sent in the
 * meantime is lost, so a listener must also poll from time to time.
 *
 * @returns a function that stops listening
 */
export function listen(url: string, channel: string, onMessage: (payload: string) => void): () => Promise<void> {
  let closed = false;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;

  function connect(): void {
    const mine = new pg.Client({ connectionString: url, keepAlive: true });
    client = mine;
    let ended = false;
    const reconnect = (): void => {
      if (ended) return;
      ended = true;
      void mine.end().catch(() => undefined);
      if (!closed) timer = setTimeout(connect, reconnectMs);
    };
    mine.on('error', reconnect);
    mine.on('end', reconnect);
    mine.on('notification', ({ payload }) => onMessage(payload ?? ''));
    mine
      .connect()
      .then(() => mine.query(`listen ${pg.escapeIdentifier(channel)}`))
      .catch(reconnect);
  }

  connect();
  return async () => {
    closed = true;
    clearTimeout(timer);
    await client?.end().catch(() => undefined);
  };
}
