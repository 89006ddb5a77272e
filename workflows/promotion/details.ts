import type { Answer } from '../../activities/promotion/types.js';
import { shortId, workflowIds } from '../../core/ids.js';
import { code, codeBlock, document, heading, instant, section } from '../../core/markdown.js';
import { isBlocking, isOpen } from '../../core/policy/verdict.js';
import { nextCommands } from '../../core/promotion/next-commands.js';
import {
  type GateNotice,
  type GateVerdict,
  hasEnded,
  isGating,
  type PromotionKind,
  type TimelineEntry,
} from '../../core/promotion/state.js';
import { maxDetailsBytes } from '../../core/run-description.js';
import type { PromotionInput } from './contract.js';

/** What a run of a promotion knows, and shows. */
export interface PromotionView {
  readonly input: PromotionInput;
  readonly answer: Pick<
    Answer,
    'promotionId' | 'phase' | 'standing' | 'reason' | 'policyDigest' | 'lookAgainAt' | 'error' | 'holder'
  >;
  readonly gates: readonly GateVerdict[];
  readonly notices: readonly GateNotice[];
  readonly timeline: readonly TimelineEntry[];
  /** RFC 3339: when it entered its phase. */
  readonly since: string | undefined;
  /** The workflow id of the release that made the bundle. */
  readonly release: string | undefined;
}

/** How many of the newest entries of the timeline are shown. */
const maxEntries = 5;
/** How many commands are shown. */
const maxCommands = 10;
/** How long a text of others may be, in characters. */
const maxTextLength = 500;

/**
 * A promotion in Markdown, for the Temporal UI and `temporal workflow metadata`: where it stands, what is missing since
 * when, and the commands that help. What others wrote is code, so that it cannot pass for ours.
 */
export function promotionDetails(view: PromotionView): string {
  const { answer, gates } = view;
  const id = shortId(answer.promotionId);
  const passed = gates.filter(({ verdict }) => !isOpen(verdict));
  const blocks = [
    headline(view),
    ...error(view),
    ...missing(view),
    ...next(view),
    ...(answer.lookAgainAt === undefined ? [] : [`It looks again by itself at ${instant(answer.lookAgainAt)}.`]),
    ...section('Gates that pass', passed.map(passedGate), 2_000),
    ...section('Last events', view.timeline.slice(-maxEntries).map(entry), 1_000),
    ...section('See also', seeAlso(view), 1_500),
  ];
  return document(blocks, maxDetailsBytes, `… \`lane why ${id}\` shows the rest.`);
}

function headline({ input, answer, since }: PromotionView): string {
  const { product, lane, bundle } = input;
  const bundleCode = code(shortId(bundle));
  const what =
    kindOf(input) === 'ROLLBACK'
      ? `Rollback of ${code(product)} in ${code(lane)} to bundle ${bundleCode}`
      : `${kindOf(input) === 'HOTFIX' ? 'Hotfix' : 'Promotion'} of ${code(product)} bundle ${bundleCode} to ${code(lane)}`;
  const atRisk = answer.standing === 'AT_RISK' ? ', **AT_RISK**' : '';
  const stands = `**${answer.phase}**${sinceWords(since)}${atRisk}`;
  // While gates are open, the reason repeats what they say.
  return isGating(answer.phase) || answer.reason === ''
    ? `${what} is ${stands}.`
    : `${what} is ${stands}: ${code(answer.reason, maxTextLength)}`;
}

function error({ answer }: PromotionView): readonly string[] {
  if (answer.error === undefined) return [];
  const { step, code: errorCode, message, next: advice } = answer.error;
  return [
    heading('Error'),
    `${code(step)} ended with ${code(errorCode)}: ${code(message, maxTextLength)}`,
    ...(advice === undefined ? [] : [`What to do: ${code(advice, maxTextLength)}`]),
  ];
}

/** Gates that are open hold a promotion only while it waits for them; later they are shown as they were. */
function missing({ answer, gates, notices }: PromotionView): readonly string[] {
  const waits = isGating(answer.phase);
  const open = gates.filter(({ verdict }) => isOpen(verdict));
  const holding = waits ? open.filter(isBlocking) : [];
  const others = open.filter((gate) => !holding.includes(gate));
  const said = notices.filter(({ holds }) => waits || !holds);
  return [
    ...section(
      'What is missing',
      [...said.filter(({ holds }) => holds).map(noticeLines), ...holding.map(openGate)],
      4_000,
    ),
    ...section(waits ? 'Open, but not blocking' : 'Gates that were open', others.map(openGate), 1_000),
    ...section('Notices', said.filter(({ holds }) => !holds).map(noticeLines), 1_000),
  ];
}

function noticeLines({ notice, explanation, next: advice }: GateNotice): string {
  return lines(`${code(notice)}:`, explanation, advice);
}

function openGate({ gate, verdict, explanation, next: advice, since }: GateVerdict): string {
  return lines(`${code(gate)} is **${verdict}**${sinceWords(since)}:`, explanation, advice);
}

/** The lines of one item of a list. */
function lines(first: string, explanation: string, advice: string | undefined): string {
  const toDo = advice === undefined ? [] : [`To do: ${code(advice, maxTextLength)}`];
  return [first, code(explanation, maxTextLength), ...toDo].join('  \n  ');
}

function passedGate({ gate, verdict, explanation }: GateVerdict): string {
  return `${code(gate)}: ${verdict === 'PASS' ? '' : `${verdict}, `}${code(explanation, maxTextLength)}`;
}

function next({ input, answer, gates, notices }: PromotionView): readonly string[] {
  const { promotionId, phase, standing, holder, error: failure } = answer;
  const holding = isGating(phase) ? [...notices.filter(({ holds }) => holds), ...gates.filter(isBlocking)] : [];
  const asked = holding.flatMap(({ next: advice = '' }) => commandIn(advice));
  const stands = { ...input, id: promotionId, kind: kindOf(input), state: phase, standing, error: failure };
  const commands = [...new Set([...asked, ...nextCommands(stands, holder?.promotionId)])];
  const all = hasEnded(phase) ? commands : [...commands, `lane why ${shortId(promotionId)}`];
  return all.length === 0 ? [] : [heading('Next'), codeBlock(all.slice(0, maxCommands), 200)];
}

/**
 * The command at the end of a piece of advice: policies write what to do, a colon, and the command. Advice with quoted
 * addresses in it is shown with its gate, and never taken apart.
 */
function commandIn(advice: string): readonly string[] {
  const found = /^(?:[^;'"`]*: )?(lane [a-z][^;'"`]*)$/u.exec(advice)?.[1];
  return found === undefined ? [] : [found];
}

function seeAlso({ input, answer, release }: PromotionView): readonly string[] {
  const { tenant, product, lane, bundle } = input;
  return [
    `promotion ${code(answer.promotionId)}, bundle ${code(bundle)}`,
    ...(release === undefined ? [] : [`release ${code(release)}`]),
    `lane ${code(workflowIds.lane(tenant, product, lane))}, which runs while others wait for it`,
    ...(answer.holder === undefined ? [] : [`the lane is held by ${code(answer.holder.workflowId, 300)}`]),
    `policy ${code(answer.policyDigest)}`,
  ];
}

function entry({ at, text }: TimelineEntry): string {
  return `${instant(at)} ${code(text, maxTextLength)}`;
}

function kindOf({ kind = 'PROMOTION' }: PromotionInput): PromotionKind {
  return kind;
}

function sinceWords(since: string | undefined): string {
  return since === undefined ? '' : ` since ${instant(since)}`;
}
