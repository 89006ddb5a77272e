import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { maxWindowBytes, parseWindow, readWindow } from '../../../core/calendar/parse.js';
import { isOver } from '../../../core/calendar/spans.js';
import { asLanekeeperError } from '../../../core/errors.js';
import { mistakesOf, weekly, whyOf, windowFile as fileOf } from '../../support/window-files.js';

describe('the file of a window', () => {
  test('is read with its defaults: deploying alone, and what is in flight finishes', () => {
    expect(parseWindow(fileOf(), 'w.yaml')).toEqual({
      ...{ ...weekly, name: 'weekends', actions: ['DEPLOY'], inFlight: 'FINISH' },
    });
  });

  test('has one form, in whatever order its lists are written', () => {
    const lists = {
      products: ['till', 'shop'],
      lanes: ['gold', 'silver'],
      actions: ['ROLLBACK', 'REQUEST', 'DEPLOY'],
      invokers: ['role:developer', 'alice'],
      except: ['2026-12-25', '2026-12-11'],
    };
    const window = parseWindow(fileOf({ ...lists, inFlight: 'ABORT' }), 'w.yaml');
    expect(window).toMatchObject({
      products: ['shop', 'till'],
      lanes: ['silver', 'gold'],
      actions: ['REQUEST', 'DEPLOY', 'ROLLBACK'],
      invokers: ['alice', 'role:developer'],
      except: ['2026-12-11', '2026-12-25'],
      inFlight: 'ABORT',
    });
    const turned = Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, [...list].reverse()]));
    expect(parseWindow(fileOf({ ...turned, inFlight: 'ABORT' }), 'w.yaml')).toEqual(window);
    expect(readWindow(JSON.parse(JSON.stringify(window)), 'a window')).toEqual(window);
  });

  test('is read though it is over, which is for its caller to say', () => {
    const past = { begins: '2020-12-04T18:00', ends: '2020-12-07T08:00', recurrence: undefined };
    expect(isOver(parseWindow(fileOf(past), 'w.yaml'), new Date('2026-01-01T00:00:00Z'))).toBe(true);
  });

  test('may name a zone that is an older name of another, and times of each kind', () => {
    for (const zone of ['UTC', 'Asia/Kolkata', 'Asia/Calcutta', 'US/Eastern', 'America/Argentina/Buenos_Aires'])
      expect([zone, mistakesOf(fileOf({ zone }))]).toEqual([zone, 'it is read']);
    expect(mistakesOf(fileOf({ ends: undefined, lasts: 'P2DT14H' }))).toBe('it is read');
    expect(mistakesOf(fileOf({ begins: '2026-12-04T18:00:30', recurrence: undefined }))).toBe('it is read');
    expect(mistakesOf(fileOf({ recurrence: 'FREQ=WEEKLY;UNTIL=20261218T170000Z' }))).toBe('it is read');
  });

  test('tells all of its mistakes at once, each with its place', () => {
    const text = fileOf(
      { zone: 'CET', begins: '2026-02-30T18:00', recurrence: 'FREQ=DAILY;COUNT=0', lanes: ['golden'] },
      'A!',
    );
    const told = mistakesOf(text).split('\n');
    expect(told.map((line) => line.split(': ')[0])).toEqual([
      ...['w.yaml:3:13', 'w.yaml:7:3', 'w.yaml:8:3', 'w.yaml:10:3', 'w.yaml:11:11'],
    ]);
  });

  test('is refused where it is no document of a window', () => {
    expect(mistakesOf('')).toContain('w.yaml:1:1');
    expect(mistakesOf(fileOf().replace('kind: Window', 'kind: Freeze'))).toContain('kind must be "Window"');
    expect(mistakesOf(`# ${'x'.repeat(maxWindowBytes)}`)).toContain(`longer than ${maxWindowBytes} bytes`);
    expect(whyOf(() => readWindow('FREEZE', 'a window'))).toContain('has no reason; expected one');
    expect(whyOf(() => readWindow({ ...weekly, name: 'w', metadata: 1 }, 'a window'))).toContain(
      'metadata is unknown here',
    );
  });
});

describe('any text and any data', () => {
  const refused = (read: () => unknown): boolean => {
    try {
      read();
      return true;
    } catch (error) {
      return asLanekeeperError(error)?.code === 'INVALID_INPUT';
    }
  };

  test('is read as a window, or refused as invalid', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('spec:', '- ', ': ', '\n  ', '&a', '*a', '{', '!!'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        expect(refused(() => parseWindow(text, 'w.yaml'))).toBe(true);
        expect(refused(() => parseWindow(`${fileOf()}\n${text}`, 'w.yaml'))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('in any of its fields is read, or refused as invalid', () => {
    const words = fc.stringMatching(
      /^(FREQ|INTERVAL|COUNT|UNTIL|BY[A-Z]{3,8})=[-+A-Z0-9,]{0,12}(;(COUNT|UNTIL|BYDAY)=[-+A-Z0-9,]{0,9})?$/,
    );
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.jsonValue(),
      words,
      fc.constantFrom('P9999W', '2026-12-04T18:00'),
    );
    const field = fc.constantFrom(
      ...[...Object.keys(weekly), 'lasts', 'except', 'products', 'lanes', 'actions', 'invokers', '__proto__'],
    );
    fc.assert(
      fc.property(field, value, (name, one) => {
        const data: unknown = { name: 'w', ...weekly, [name]: one };
        expect(refused(() => readWindow(data, 'a window'))).toBe(true);
        expect(refused(() => readWindow(one, 'a window'))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ['brackets', '['.repeat(30_000)],
    ['maps', '{a: '.repeat(7_000)],
    ['lists on a line', '- '.repeat(15_000)],
    ['aliases', `a: &a [1,1]\n${Array.from({ length: 30 }, (_, index) => `b${index}: [*a, *a]`).join('\n')}`],
  ])('made of many %s is refused as invalid', (_, text) => {
    expect(refused(() => parseWindow(text, 'w.yaml'))).toBe(true);
  });
});
