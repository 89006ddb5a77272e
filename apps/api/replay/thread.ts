import { parentPort } from 'node:worker_threads';
import { asLanekeeperError, messageOf } from '../../../core/errors.js';
import { rulesOfProposal } from '../../../core/policy/counterfactual.js';
import { Judge } from '../../../core/policy/judge-page.js';
import { parsePolicy } from '../../../core/policy/parse.js';
import type { ThreadAnswer, ThreadRequest } from './messages.js';

/**
 * The program of a thread that replays decisions. A proposed policy is anybody's: reading it and evaluating its rules can
 * take as long as they like, and whoever started the thread ends it then.
 */
let judge = new Judge();

function answer(request: ThreadRequest): ThreadAnswer {
  switch (request.type) {
    case 'begin': {
      const { policy } = request;
      if (policy !== undefined) judge = new Judge(rulesOfProposal(parsePolicy(policy.text, policy.fileName)));
      return { type: 'begun' };
    }
    case 'judge':
      return { type: 'judged', judged: [...judge.judge(request.page)] };
  }
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
