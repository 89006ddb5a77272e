import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Where the Web UI of the dev server listens. */
export interface UiAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * A new address for the Web UI, which takes requests from whoever finds it: one of sixteen million loopback addresses and
 * any port, so that no web page finds it by trying. Where a system has 127.0.0.1 only, as macOS does, it is that one.
 */
export async function newUiAddress(): Promise<UiAddress> {
  const host = `127.${String(randomInt(1, 255))}.${String(randomInt(0, 256))}.${String(randomInt(1, 255))}`;
  return (await freeAddress(host)) ?? (await freeAddress('127.0.0.1')) ?? { host: '127.0.0.1', port: 0 };
}

function freeAddress(host: string): Promise<UiAddress | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host, port: 0, exclusive: true }, () => {
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      server.close(() => resolve(port === undefined ? undefined : { host, port }));
    });
  });
}
