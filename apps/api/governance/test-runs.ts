import type { RunPolicyTestsResponse } from '#gen/governance/v1/policy_tests_pb.js';
import { LanekeeperError } from '../../../core/errors.js';
import type { TestReport } from '../../../core/policy/testing/report.js';
import type { Database } from '../../../store/database.js';
import { requireVersion, testsOfVersion, textOfVersion } from '../../../store/governance/read.js';
import type { Caller } from '../identity/caller.js';
import { limits } from '../limits/limits.js';
import { Places } from '../limits/places.js';
import type { TestRun } from '../replay/messages.js';
import { type Evaluated, ReplayThread } from '../replay/replay-thread.js';
import { textsInForce } from '../replay/texts-in-force.js';
import { toTestReport } from './test-report.js';
import { resolveVersion } from './resolve-version.js';

interface Found {
  readonly run: TestRun;
  readonly evaluated: Evaluated;
}

/** Runs the tests of versions for callers, few at a time: each run takes a core. */
export class TestRuns {
  readonly #database: Database;
  readonly #places = new Places(
    { caller: limits.testRuns, tenant: limits.tenantTestRuns, all: limits.allTestRuns },
    { message: 'other tests of policies are being run', next: 'try again when they have ended' },
  );

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Runs the tests of a version; there is nothing to say of one that has none.
   *
   * @param signal ends it
   * @throws LIMIT_EXCEEDED, NOT_FOUND, INVALID_INPUT; INVALID_POLICY when the tests do not fit the version or what is in
   *   force any more
   */
  async run(
    caller: Caller,
    given: string,
    signal: AbortSignal,
  ): Promise<Pick<RunPolicyTestsResponse, 'cases' | 'coverage'>> {
    const leave = this.#places.enter(caller);
    try {
      const found = await this.#find(caller.tenant, given);
      return found === undefined ? { cases: [] } : toTestReport(await runInThread(found, signal));
    } finally {
      leave();
    }
  }

  #find(tenant: string, given: string): Promise<Found | undefined> {
    return this.#database.transaction(tenant, async (tx) => {
      const wanted = await requireVersion(tx, await resolveVersion(tx, given));
      const { kind, name, version, digest } = wanted;
      const tests = await testsOfVersion(tx, digest);
      if (tests === '') return undefined;
      const fileName = `${kind}/${name}@${String(version)}`;
      const own = { ...{ fileName, version, digest }, text: await textOfVersion(tx, digest) };
      const documents = [...(await textsInForce(tx, wanted)), own];
      return {
        run: { tests: { text: tests, fileName: `tests of ${fileName}` }, documents },
        evaluated: { object: `tests of ${fileName}`, next: 'test fewer cases, or simplify the rules' },
      };
    });
  }
}

/** Ends once the core is free again. */
async function runInThread({ run, evaluated }: Found, signal: AbortSignal): Promise<TestReport> {
  const thread = new ReplayThread(
    signal,
    { answerMs: limits.testRunMs, totalMs: limits.testRunMs, memoryMb: 256 },
    evaluated,
  );
  try {
    const answer = await thread.ask({ type: 'test', run });
    if (answer.type === 'tested') return answer.report;
    throw new LanekeeperError('INTERNAL', { message: 'the tests were not run', object: evaluated.object });
  } finally {
    await thread.stop();
  }
}
