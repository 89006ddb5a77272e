import { parentPort } from 'node:worker_threads';
import { asLanekeeperError, messageOf } from '../../../core/errors.js';
import { buildBook } from '../../../core/governance/build-book.js';
import { parseDocument } from '../../../core/governance/parse-document.js';
import { rulesUnder } from '../../../core/governance/proposal.js';
import { Judge, type RulesOf } from '../../../core/policy/judge-page.js';
import { parsePolicy } from '../../../core/policy/parse.js';
import type { Proposal, ThreadAnswer, ThreadRequest } from './messages.js';

/**
 * The program of a thread that replays decisions. A proposed policy is anybody's: reading it and evaluating its rules can
 * take as long as they like, and whoever started the thread ends it then.
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
  }
}

function rulesOf({ policy, inForce }: Proposal): RulesOf {
  const proposed = parsePolicy(policy.text, policy.fileName);
  const versions = inForce.map(({ text, fileName, version, digest }) => ({
    ...{ parsed: parseDocument(text, fileName), version, digest },
  }));
  return rulesUnder(buildBook(versions), proposed);
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
