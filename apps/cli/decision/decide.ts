import { decisionAbout, decisionValidity, requireShownFacts } from '../../../core/decision/prepare.js';
import { isErrorCode } from '../../../core/errors.js';
import type { DecisionVerb } from '../../../core/decision/verbs.js';
import { shortId } from '../../../core/ids.js';
import { type DecisionOutcome, DecisionOutcomeSchema } from '#gen/governance/v1/decision_pb.js';
import type { GetDecisionFactsResponse } from '#gen/governance/v1/decision_service_pb.js';
import type { Context } from '../program/context.js';
import { type ExitCode, exitCodeOf, exitCodes } from '../errors/exit-codes.js';
import { showFrontDoor, writeSignal } from '../temporal/command.js';
import { toPlain } from '../output/plain.js';
import { laneName, laneOf } from '../output/words.js';
import { noteNextSteps } from '../promotion/wait.js';
import { signDecision } from './sign.js';

/** Options of the commands that decide. */
export interface DecideOptions {
  yes?: true;
  comment?: string;
  /** Write the signed decision for Temporal's command line instead of sending it. */
  signal?: true;
  out?: string;
}

/** What is decided, and how the signed statement is sent. */
export interface Verb {
  readonly verb: DecisionVerb;
  readonly question: (facts: GetDecisionFactsResponse) => string;
  readonly send: (promotionId: string, signed: Buffer) => Promise<DecisionOutcome | undefined>;
}

/**
 * Gets the facts to show to the person, and checks that the digest to be signed is the digest of exactly these facts.
 * @throws UNAVAILABLE, BUNDLE_CORRUPT
 */
export async function getFacts(context: Context, id: string): Promise<GetDecisionFactsResponse> {
  const facts = await (await context.api()).decisions.getDecisionFacts({ promotionId: id });
  requireShownFacts(facts);
  return facts;
}

/**
 * Asks for confirmation, signs with the person's own key, and sends the decision or writes it for Temporal's command
 * line.
 * @returns the exit code
 */
export async function decide(
  context: Context,
  facts: GetDecisionFactsResponse,
  verb: Verb,
  options: DecideOptions,
): Promise<ExitCode | undefined> {
  if (!(await context.confirm(verb.question(facts), options.yes === true || options.signal === true))) {
    context.terminal.note('nothing was decided');
    return exitCodes.error;
  }
  const validForMs = options.signal === true ? decisionValidity.later : decisionValidity.now;
  const shown = { ...facts, lane: laneOf(laneName(facts.lane)).name };
  const signed = await signDecision(context, decisionAbout(shown, verb.verb, options.comment), validForMs);
  if (options.signal === true) {
    const statement: unknown = JSON.parse(signed.toString('utf8'));
    const fileName = `${verb.verb}-${shortId(facts.promotionId)}-${context.person}.json`;
    await showFrontDoor(
      context,
      await writeSignal(context, { workflowId: facts.workflowId, statement, fileName, out: options.out }),
      validForMs,
    );
    return undefined;
  }
  const outcome = await verb.send(facts.promotionId, signed);
  if (outcome === undefined) return undefined;
  const { colours } = context.terminal;
  await context.show.object(
    'DecisionOutcome',
    { promotionId: facts.promotionId, ...toPlain(DecisionOutcomeSchema, outcome) },
    () =>
      `${outcome.accepted ? colours.green('✓') : colours.red('✗')} ${outcome.text}${outcome.reason === '' ? '' : `\n${outcome.reason}`}`,
  );
  if (outcome.accepted) {
    const { promotionId } = facts;
    // It is recorded, whether what comes next can be read or not.
    const api = await context.api();
    const why = await api.gates.explainPromotion({ promotionId }).catch(() => undefined);
    if (why !== undefined) noteNextSteps(context, promotionId, why.nextSteps);
    return exitCodes.ok;
  }
  return isErrorCode(outcome.refusalCode) ? exitCodeOf(outcome.refusalCode) : exitCodes.blocked;
}
