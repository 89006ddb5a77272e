import { Context } from '@temporalio/activity';
import { ActivityCancellationDetails, ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, test } from '@jest/globals';
import { withTranslatedErrors } from '../../activities/failures.js';
import { LanekeeperError } from '../../core/errors.js';

const { build } = withTranslatedErrors({
  /** Its command is killed when the activity is cancelled, which looks like a verdict. */
  build: async (): Promise<void> => {
    await Context.current().cancelled.catch(() => undefined);
    throw new LanekeeperError('BUILD_FAILED', { message: 'the command was killed' });
  },
});

/** What an activity throws that is cancelled for a reason. */
async function thrownWhen(why: Partial<ActivityCancellationDetails>): Promise<unknown> {
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const run = environment.run(build).catch((error: unknown) => error);
  environment.cancel('CANCELLED', new ActivityCancellationDetails(why));
  return run;
}

describe('an activity that ends with a verdict because its signal fired', () => {
  test.each([{ paused: true }, { reset: true }])(
    'is put off when the reason is %j: the verdict is not one',
    async (why) => {
      expect(await thrownWhen(why)).toBeInstanceOf(CancelledFailure);
    },
  );

  test.each([{ cancelRequested: true }, { paused: true, cancelRequested: true }, { timedOut: true }])(
    'keeps its verdict when the reason is %j',
    async (why) => {
      expect(await thrownWhen(why)).toMatchObject({ type: 'BUILD_FAILED', nonRetryable: true });
      expect(await thrownWhen(why)).toBeInstanceOf(ApplicationFailure);
    },
  );
});
