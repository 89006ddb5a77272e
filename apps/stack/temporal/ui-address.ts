import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { LanekeeperError } from '../../../core/errors.js';

/** Where the Web UI of the dev server listens. */
export interface UiAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * A new address for the Web UI, which takes requests from whoever finds it: one of sixteen million loopback addresses and
 * any port, so that no web page finds it by trying. Where a system has 127.0.0.1 only, as macOS does, it is that one.
 *
 * @throws UNAVAILABLE when loopback has no free port
 */
export async function newUiAddress(): Promise<UiAddress> {
  const host = `127.${String(randomInt(1, 255))}.${String(randomInt(0, 256))}.${String(randomInt(1, 255))}`;
  const found = (await freeAddress(host)) ?? (await freeAddress('127.0.0.1'));
  if (found !== undefined) return found;
  throw new LanekeeperError('UNAVAILABLE', {
    message: 'there is no free port for the Temporal Web UI',
    object: '127.0.0.1',
    next: 'end programs that listen on loopback, and start the stack again',
  });
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
