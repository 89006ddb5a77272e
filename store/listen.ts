import pg from 'pg';

const reconnectMs = 1_000;

/**
 * Hears a channel of PostgreSQL on a connection of its own, which is opened again when it breaks. What is sent
 * meanwhile is lost, so a listener also looks by itself now and then.
 *
 * @returns a function that ends it
 */
export function listen(url: string, channel: string, onMessage: (payload: string) => void): () => Promise<void> {
  let closed = false;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;

  function connect(): void {
    const mine = new pg.Client({ connectionString: url, keepAlive: true });
    client = mine;
    let over = false;
    const again = (): void => {
      if (over) return;
      over = true;
      void mine.end().catch(() => undefined);
      if (!closed) timer = setTimeout(connect, reconnectMs);
    };
    mine.on('error', again);
    mine.on('end', again);
    mine.on('notification', ({ payload }) => onMessage(payload ?? ''));
    mine
      .connect()
      .then(() => mine.query(`listen ${pg.escapeIdentifier(channel)}`))
      .catch(again);
  }

  connect();
  return async () => {
    closed = true;
    clearTimeout(timer);
    await client?.end().catch(() => undefined);
  };
}
