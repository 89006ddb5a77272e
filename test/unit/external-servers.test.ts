import { describe, expect, test } from '@jest/globals';
import { findFreePorts } from '../../adapters/network/free-port.js';
import { externalDatabase } from '../../apps/stack/postgres/external.js';
import { registerSearchAttributes } from '../../apps/stack/temporal/register-search-attributes.js';
import type { LanekeeperError } from '../../core/errors.js';
import { scratchFolder } from '../support/scratch.js';

describe('a server that the stack is told to use and that does not answer', () => {
  test('is named with its address and its variable when it is PostgreSQL, without the password', async () => {
    const [port] = await findFreePorts(1);
    const url = `postgres://owner:a-secret@127.0.0.1:${port}/lanekeeper`;
    const error: unknown = await externalDatabase(url, await scratchFolder()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'UNAVAILABLE',
      message: 'PostgreSQL cannot be used',
      detail: { object: `127.0.0.1:${port}`, next: expect.stringContaining('DATABASE_URL') },
    });
    expect(JSON.stringify({ ...(error as object), detail: (error as LanekeeperError).detail })).not.toContain(
      'a-secret',
    );
  });

  test('is named with its address and its variable when it is Temporal', async () => {
    const [port] = await findFreePorts(1);
    process.env['TEMPORAL_ADDRESS'] = `127.0.0.1:${port}`;
    try {
      await expect(registerSearchAttributes('default')).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: 'Temporal cannot be used',
        detail: { object: `127.0.0.1:${port}`, next: expect.stringContaining('TEMPORAL_ADDRESS') },
      });
    } finally {
      delete process.env['TEMPORAL_ADDRESS'];
    }
  });
});
