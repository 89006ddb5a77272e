import { setTimeout as delay } from 'node:timers/promises';
import { shortId } from '../../../core/ids.js';
import type { Promotion } from '#gen/release/v1/promotion_pb.js';
import { PromotionPhase } from '#gen/release/v1/promotion_pb.js';
import type { Context } from '../program/context.js';
import { usageError } from '../errors/report-error.js';
import { type ExitCode, exitCodes } from '../errors/exit-codes.js';
import { exitCodeOfState, followPromotion, timelineLine, turnLine } from './follow.js';
import { wordsAbout } from '../output/profile-words.js';
import { parseDuration } from '../output/relative-time.js';
import { stateMark } from '../output/words.js';
import { gateTable, isBlocking } from '../views/gate-table.js';

/** Options of the commands that can wait. */
export interface WaitOptions {
  wait?: true;
  /** In milliseconds. */
  timeout?: number;
}

/** Reads the value of `--timeout`, before anything is started. @returns milliseconds. @throws INVALID_INPUT */
export function parseTimeout(text: string): number {
  const timeoutMs = parseDuration(text);
  if (timeoutMs === undefined)
    throw usageError(`--timeout ${text} is not a valid duration`, 'use for example 90s, 30m or 2h');
  return timeoutMs;
}

/** Waits for a promotion, printing its progress, and shows it at the end. @returns the exit code for its last state */
export async function waitFor(
  context: Context,
  id: string,
  options: WaitOptions,
  show: (promotion: Promotion) => Promise<void>,
): Promise<ExitCode> {
  const timeoutMs = options.timeout;
  const words = await wordsAbout(context, id);
  let shown = '';
  const promotion = await followPromotion(context, id, {
    timeoutMs,
    words,
    onChange({ promotion: now, gates, notices, newEntries, turned }) {
      for (const entry of newEntries) context.terminal.note(timelineLine(entry, context));
      if (turned !== undefined) context.terminal.note(turnLine(turned, context));
      const blocking = gates.filter(isBlocking);
      const isWaiting = now.state === PromotionPhase.GATING || now.state === PromotionPhase.AWAITING_APPROVAL;
      const text =
        isWaiting && blocking.length + notices.length > 0 ? gateTable(blocking, notices, context, words) : '';
      if (text !== shown && text !== '') context.terminal.note(text);
      shown = text;
    },
  });
  await show(promotion);
  context.terminal.note(
    `${stateMark(promotion.state, context.terminal.colours)}${promotion.reason === '' ? '' : `: ${promotion.reason}`}`,
  );
  return exitCodeOfState(promotion.state);
}

const firstRoundWithinMs = 5_000;

/**
 * Shows the state of a promotion that was just started, once its first round of gates is over, and what it needs next.
 */
export async function showStarted(
  context: Context,
  id: string,
  show: (promotion: Promotion) => Promise<void>,
): Promise<ExitCode> {
  const api = await context.api();
  const read = () =>
    Promise.all([api.promotions.getPromotion({ promotionId: id }), api.gates.explainPromotion({ promotionId: id })]);
  let [{ promotion }, why] = await read();
  for (
    const deadline = Date.now() + firstRoundWithinMs;
    promotion?.state === PromotionPhase.GATING && why.blocking.length === 0 && Date.now() < deadline;
  ) {
    await delay(100);
    [{ promotion }, why] = await read();
  }
  if (promotion !== undefined) await show(promotion);
  context.terminal.note(why.summary);
  noteNextSteps(context, id, why.nextSteps);
  return exitCodes.ok;
}

/** Says what moves a promotion on: there is always something to do, if only to watch it. */
export function noteNextSteps(context: Context, id: string, steps: readonly string[]): void {
  for (const step of steps) context.terminal.note(`next: ${step}`);
  if (steps.length === 0) context.terminal.note(`next: lane watch ${shortId(id)}`);
}
