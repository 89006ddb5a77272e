import { parentPort } from 'node:worker_threads';
import { asLanekeeperError, messageOf } from '../../../core/errors.js';
import { buildBook } from '../../../core/governance/build-book.js';
import { parseDocument } from '../../../core/governance/parse-document.js';
import { rulesUnder } from '../../../core/governance/proposal.js';
import type { RuleBook } from '../../../core/governance/rule-book.js';
import { Judge, type RulesOf } from '../../../core/policy/judge-page.js';
import { parsePolicy } from '../../../core/policy/parse.js';
import { parsePolicyTest } from '../../../core/policy/testing/parse-cases.js';
import type { TestReport } from '../../../core/policy/testing/report.js';
import { runPolicyTests } from '../../../core/policy/testing/run-cases.js';
import type { Proposal, TestRun, TextInForce, ThreadAnswer, ThreadRequest } from './messages.js';

/**
 * The program of a thread that replays decisions or runs tests of a policy. A policy is anybody's: reading it and evaluating
 * its rules can take as long as they like, and whoever started the thread ends it then.
 */
let judge = new Judge();

function answer(request: ThreadRequest): ThreadAnswer {
  switch (request.type) {
    case 'begin': {
      if (request.proposal !== undefined) judge = new Judge(rulesOf(request.proposal));
      return { type: 'begun' };
    }
    case 'judge':
      return { type: 'judged', judged: [...judge.judge(request.page)] };
    case 'test':
      return { type: 'tested', report: reportOf(request.run) };
  }
}

function rulesOf({ policy, inForce }: Proposal): RulesOf {
  const proposed = parsePolicy(policy.text, policy.fileName);
  return rulesUnder(bookOf(inForce), proposed);
}

function reportOf({ tests, documents }: TestRun): TestReport {
  return runPolicyTests(bookOf(documents), [parsePolicyTest(tests.text, tests.fileName)]);
}

function bookOf(documents: readonly TextInForce[]): RuleBook {
  return buildBook(
    documents.map(({ text, fileName, version, digest }) => ({
      ...{ parsed: parseDocument(text, fileName), version, digest },
    })),
  );
}

parentPort?.on('message', (request: ThreadRequest) => {
  try {
    parentPort?.postMessage(answer(request));
  } catch (error) {
    const known = asLanekeeperError(error);
    const failed: ThreadAnswer = {
      type: 'failed',
      code: known?.code ?? 'INTERNAL',
      detail: known?.detail ?? { message: messageOf(error) },
    };
    parentPort?.postMessage(failed);
  }
});
