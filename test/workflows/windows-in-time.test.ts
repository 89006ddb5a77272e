import { instantInWords } from '../../core/instant-in-words.js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Temporal } from 'temporal-polyfill';
import type { WrittenWindow } from '../../core/calendar/normalise.js';
import { statusQuery } from '../../workflows/promotion/contract.js';
import type { Engine, PromotionHandle } from '../support/engine.js';
import { put, retire, windowOf } from '../support/restriction-people.js';
import { sealText } from '../support/sealed-bundle.js';
import { type SkippingEngine, startSkippingEngine } from '../support/skipping-engine.js';

let skipping: SkippingEngine;
let engine: Engine;
beforeAll(async () => {
  skipping = await startSkippingEngine();
  ({ engine } = skipping);
});
afterAll(() => skipping.close());

let name = 0;
afterEach(async () => {
  await retire(engine, 'dev', { kind: 'window', name: `window-${String(name)}` });
});

/** Puts a window that is told by the clock of its zone, relative to now. */
async function window(written: Omit<WrittenWindow, 'reason' | 'kind'> & Partial<WrittenWindow>): Promise<void> {
  name += 1;
  await put(engine, 'dev', windowOf(`window-${String(name)}`, { kind: 'FREEZE', reason: 'rest', ...written }));
}

const promote = async (text: string): Promise<PromotionHandle> =>
  engine.promote({ lane: 'bronze', bundle: await sealText(engine, text, { authorEmail: 'dev@example.com' }) });

const reasonOf = async (handle: PromotionHandle): Promise<string> => (await handle.query(statusQuery)).reason;

/** A time on the wall of a zone, so many days from now. */
function wall(zone: string, days: number, time: string): string {
  const now = Temporal.Instant.fromEpochMilliseconds(skipping.now().getTime()).toZonedDateTimeISO(zone);
  const date = now.toPlainDate().add({ days });
  return `${date.toString()}T${time}`;
}

describe('a promotion that waits in a freeze', () => {
  test.each([
    ['Europe/Berlin', 200],
    ['America/New_York', 130],
    ['Australia/Lord_Howe', 160],
    ['Asia/Kolkata', 500],
  ])('starts when it ends, by the clock of %s, %s days later, and not before', async (zone, days) => {
    await window({ zone, begins: wall(zone, -1, '00:00'), ends: wall(zone, days, '09:30') });
    const opens = Temporal.PlainDateTime.from(wall(zone, days, '09:30')).toZonedDateTime(zone).epochMilliseconds;
    const handle = await promote(`through ${zone}`);
    await engine.reached(handle, 'QUEUED');
    expect(await reasonOf(handle)).toContain(`opens ${instantInWords(new Date(opens))}`);
    await skipping.pass(opens - skipping.now().getTime() - 60_000);
    expect(await engine.reached(handle, 'QUEUED')).toContain('freeze');
    await skipping.pass(61_000);
    await engine.reached(handle, 'LIVE');
  });
});

describe('a promotion that waits for a change window', () => {
  test('that is there on leap days alone starts on the next one', async () => {
    const zone = 'Europe/London';
    const times = { begins: '2024-02-29T09:30', lasts: 'PT8H', recurrence: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29' };
    await window({ kind: 'CHANGE', zone, ...times });
    const opens = nextLeapDay().toZonedDateTime({ timeZone: zone, plainTime: '09:30' }).epochMilliseconds;
    const handle = await promote('on a leap day');
    await engine.reached(handle, 'QUEUED');
    await skipping.pass(opens - skipping.now().getTime() - 60_000);
    await engine.reached(handle, 'QUEUED');
    await skipping.pass(61_000);
    await engine.reached(handle, 'LIVE');
  });
});

/** The first 29 February that is not today or before. */
function nextLeapDay(): Temporal.PlainDate {
  let day = Temporal.PlainDate.from(skipping.now().toISOString().slice(0, 10)).add({ days: 1 });
  while (day.month !== 2 || day.day !== 29) day = day.add({ days: 1 });
  return day;
}
