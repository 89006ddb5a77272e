import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { storyOf } from '../../core/run/story.js';

const folder = join(import.meta.dirname, '../replay/histories');

function eventsIn(file: string): readonly unknown[] {
  return (JSON.parse(readFileSync(join(folder, file), 'utf8')) as { events: readonly unknown[] }).events;
}

describe('the story of a recorded run', () => {
  test.each(readdirSync(folder).filter((name) => name.endsWith('.json')))(
    '%s has a summary or a name for each step',
    (file) => {
      const steps = storyOf(eventsIn(file));
      expect(steps.filter(({ summary, name }) => summary === '' && name === '')).toEqual([]);
      for (const { startedAt } of steps) expect(Date.parse(startedAt)).toBeGreaterThan(0);
    },
  );

  test('that went live tells of its activities, in order', () => {
    const steps = storyOf(eventsIn('promotion-live.json'));
    const activities = steps.filter(({ kind }) => kind === 'activity');
    expect(activities.map(({ name, state }) => [name, state])).toEqual([
      ['moveLane', 'DONE'],
      ['attestPromotion', 'DONE'],
    ]);
  });
});

describe('a story', () => {
  const scheduled = {
    eventId: '5',
    eventTime: '2026-01-01T00:00:00Z',
    eventType: 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
    activityTaskScheduledEventAttributes: { activityId: '1', activityType: { name: 'moveLane' } },
  };
  const failure = {
    message: 'Activity task failed',
    cause: { message: 'wrapped', cause: { message: 'the disk is full' } },
  };

  test('has the attempt and the last failure of what goes on', () => {
    const pending = [{ activityId: '1', attempt: 4, lastFailure: 'the disk is full' }];
    expect(storyOf([scheduled], pending)).toMatchObject([
      { name: 'moveLane', state: 'RUNNING', attempts: 4, failure: 'the disk is full' },
    ]);
  });

  test('has the innermost reason of what failed', () => {
    const failed = {
      eventId: '7',
      eventTime: '2026-01-01T00:00:09Z',
      eventType: 'EVENT_TYPE_ACTIVITY_TASK_FAILED',
      activityTaskFailedEventAttributes: { scheduledEventId: '5', failure },
    };
    expect(storyOf([scheduled, failed])).toMatchObject([
      { state: 'FAILED', failure: 'the disk is full', endedAt: '2026-01-01T00:00:09Z' },
    ]);
  });

  test('says when a timer fires', () => {
    const timer = {
      eventId: '9',
      eventTime: '2026-01-01T00:00:00Z',
      eventType: 'EVENT_TYPE_TIMER_STARTED',
      timerStartedEventAttributes: { timerId: '1', startToFireTimeout: '90s' },
    };
    expect(storyOf([timer])[0]?.dueAt).toBe('2026-01-01T00:01:30.000Z');
  });

  test.each([
    [null],
    [7],
    [{}],
    [{ eventType: 7 }],
    [{ eventType: 'EVENT_TYPE_TIMER_STARTED' }],
    [{ eventTime: { seconds: 'x' } }],
  ])('is read whatever an event is: %j', (event) => {
    expect(() => storyOf([event, scheduled])).not.toThrow();
  });

  test('does not follow a failure without end', () => {
    const endless: { message: string; cause?: unknown } = { message: 'again' };
    endless.cause = endless;
    const failed = {
      eventId: '7',
      eventType: 'EVENT_TYPE_ACTIVITY_TASK_FAILED',
      activityTaskFailedEventAttributes: { scheduledEventId: '5', failure: endless },
    };
    expect(storyOf([scheduled, failed])[0]?.failure).toBe('again');
  });
});
