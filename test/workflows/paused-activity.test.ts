import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rowsOf, stateOf } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { promotionEvents } from '../support/event-tables.js';
import { attemptEnded, paused, type Placed } from '../support/phases.js';
import { sealText } from '../support/sealed-bundle.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ healthDeadlineMs: 240_000 });
});
afterAll(() => engine.close());

/** Source of a service that becomes healthy once a file exists. */
function waitingFor(file: string): string {
  return `const { existsSync } = require('node:fs');
require('node:http').createServer((request, response) => {
  response.writeHead(existsSync(${JSON.stringify(file)}) ? 200 : 503).end('resumed');
}).listen(Number(process.env.PORT), process.env.HOST);
`;
}

describe('a deploy that an operator pauses', () => {
  let placed: Placed;
  let file: string;
  beforeAll(async () => {
    await engine.bringTo(await sealText(engine, 'before'), 'bronze');
    file = join(engine.dataDir, 'is-healthy');
    const bundle = await sealText(engine, 'resumed', { source: waitingFor(file) });
    const handle = await engine.promote({ lane: 'bronze', bundle });
    await engine.reached(handle, 'DEPLOYING');
    const id = await engine.recordOf(handle);
    const release = () => writeFile(file, '');
    placed = await paused(engine, { product: 'shop', lane: 'bronze', bundle, handle, id, release });
  });

  test('lets go of its worker, and is neither over nor rolled back', async () => {
    await attemptEnded(placed);
    const [pending] = (await placed.handle.describe()).raw.pendingActivities ?? [];
    expect(pending).toMatchObject({ activityType: { name: 'moveLane' }, lastFailure: { message: 'Activity paused' } });
    await engine.reconcile();
    expect(await stateOf(engine, placed.id)).toBe('DEPLOYING');
    expect(await engine.answerOf('bronze')).toBe('before');
    const { events } = await placed.handle.fetchHistory();
    const ended = (events ?? []).filter(
      (event) => event.activityTaskCanceledEventAttributes ?? event.activityTaskFailedEventAttributes,
    );
    expect(ended).toEqual([]);
  });

  test('goes on where it was when it is unpaused', async () => {
    await placed.release();
    await engine.reached(placed.handle, 'LIVE');
    expect(await engine.answerOf('bronze')).toBe('resumed');
    const steps = await rowsOf<{ phase: string }>(
      engine,
      `select data->>'to' as phase from ${promotionEvents} e where promotion_id = $1 and type = $2 order by id`,
      placed.id,
      'promotion.transitioned',
    );
    expect(steps.map(({ phase }) => phase).slice(-3)).toEqual(['DEPLOYING', 'VERIFYING', 'LIVE']);
  });
});
