import { type Command, Option } from 'commander';
import { decisionValidity } from '../../../core/decision/prepare.js';
import { parseDigest } from '../../../core/digest.js';
import { shortId, workflowIds } from '../../../core/ids.js';
import { type Promotion, PromotionSchema } from '#gen/release/v1/promotion_pb.js';
import { type Priority, priorities, problemOfSchedule, type Schedule } from '../../../core/promotion/schedule.js';
import { usageError } from '../errors/report-error.js';
import { instantFrom } from '../program/instant.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';
import { showFrontDoor, writeStart } from '../temporal/command.js';
import type { ExitCode } from '../errors/exit-codes.js';
import { toPlain } from '../output/plain.js';
import { wordsFor } from '../output/profile-words.js';
import { laneOf } from '../output/words.js';
import { signDecision } from '../decision/sign.js';
import { parseTimeout, showStarted, waitFor, type WaitOptions } from '../promotion/wait.js';
import { descriptions } from '../program/descriptions.js';

interface Options extends WaitOptions {
  to: string;
  reason?: string;
  at?: string;
  notAfter?: string;
  priority?: Priority;
  print?: true;
  out?: string;
}

/** `lane promote BUNDLE --to LANE` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('<bundle>', descriptions.bundle)
    .requiredOption('--to <lane>', descriptions.lane)
    .option('--reason <text>', descriptions.reason)
    .option('--at <instant>', 'Take the lane at this instant at the earliest, with its offset: 2026-12-24T18:00+01:00')
    .option('--not-after <instant>', 'Fail if it has not begun to deploy by this instant')
    .addOption(
      new Option(
        '--priority <priority>',
        'How urgent it is among others that wait for the lane (default: normal)',
      ).choices(priorities),
    )
    .option('--wait', descriptions.wait)
    .option('--timeout <duration>', descriptions.timeout, parseTimeout)
    .option('--print', descriptions.print)
    .option('--out <file>', descriptions.printOut)
    .action(makeAction(async (context, [bundle]: [string], options: Options) => promote(context, bundle, options)));
}

/** When and how urgently, as it is signed. @throws INVALID_INPUT */
function scheduleFrom(context: Context, { at, notAfter, priority }: Options): Schedule {
  const schedule = {
    ...(at !== undefined && { notBefore: instantFrom(at, '--at').toISOString() }),
    ...(notAfter !== undefined && { notAfter: instantFrom(notAfter, '--not-after').toISOString() }),
    ...(priority !== undefined && { priority }),
  };
  const problem = problemOfSchedule(schedule, context.now().toISOString());
  if (problem !== undefined) throw usageError(problem, 'say --at and --not-after later than now, and in their order');
  return schedule;
}

async function promote(context: Context, given: string, options: Options): Promise<ExitCode | undefined> {
  const target = laneOf(options.to);
  const api = await context.api();
  const [{ tenant }, { bundle }] = await Promise.all([
    api.identity.whoAmI({}),
    api.bundles.getBundle({ bundle: given }),
  ]);
  const digest = parseDigest(bundle?.digest ?? '');
  const product = bundle?.product ?? '';
  const validForMs = options.print === true ? decisionValidity.later : decisionValidity.now;
  const decision = {
    verb: 'request',
    tenant,
    product,
    lane: target.name,
    bundle: digest,
    ...(options.reason !== undefined && { comment: options.reason }),
    ...scheduleFrom(context, options),
  } as const;
  const signedRequest = await signDecision(context, decision, validForMs);
  if (options.print === true) {
    const request: unknown = JSON.parse(signedRequest.toString('utf8'));
    const message = await writeStart(context, {
      type: 'promotion',
      workflowId: workflowIds.promotion(tenant, product, target.name, digest),
      input: { tenant, product, lane: target.name, bundle: digest, request },
      fileName: `promote-${shortId(digest)}-${target.name}.json`,
      out: options.out,
    });
    await showFrontDoor(context, message, validForMs);
    return undefined;
  }
  const started = await api.promotions.promote({ product, bundleDigest: digest, lane: target.lane, signedRequest });
  const words = await wordsFor(context, product);
  context.terminal.note(
    `${words.one('promotion')} ${shortId(started.promotionId)}: ${shortId(digest)} of ${product} to ${target.name}${started.joined ? ' (already under way; joined)' : ''}`,
  );
  const show = (promotion: Promotion) =>
    context.show.object('Promotion', toPlain(PromotionSchema, promotion), () => promotion.id);
  return options.wait === true || options.timeout !== undefined
    ? waitFor(context, started.promotionId, options, show)
    : showStarted(context, started.promotionId, show);
}
