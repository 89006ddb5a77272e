import type { Command } from 'commander';
import { parseDigest } from '../../../core/digest.js';
import { LanekeeperError } from '../../../core/errors.js';
import { shortId } from '../../../core/ids.js';
import { parseProductFile, productFileName } from '../../../core/release/product-file.js';
import type { LaneStatus } from '#gen/release/v1/lane_status_pb.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';
import { usageError } from '../errors/report-error.js';
import { type ExitCode, exitCodes } from '../errors/exit-codes.js';
import { readCommit } from '../release/git.js';
import { laneOf } from '../output/words.js';
import { startPromotion, type StartOptions } from '../promotion/start.js';
import { parseTimeout } from '../promotion/wait.js';
import { descriptions } from '../program/descriptions.js';

interface Options extends StartOptions {
  lane: string;
  reason?: string;
  yes?: true;
}

/** `lane rollback [PRODUCT] --lane LANE --reason TEXT` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('[product]', 'Name of the product (default: the product of this repository)')
    .requiredOption('--lane <lane>', descriptions.lane)
    .option('--reason <text>', descriptions.requiredReason)
    .option('--yes', descriptions.yes)
    .option('--wait', descriptions.wait)
    .option('--timeout <duration>', descriptions.timeout, parseTimeout)
    .option('--print', descriptions.print)
    .option('--out <file>', descriptions.printOut)
    .action(
      makeAction(async (context, [product]: [string | undefined], options: Options) =>
        rollback(context, product, options),
      ),
    );
}

async function rollback(
  context: Context,
  givenProduct: string | undefined,
  options: Options,
): Promise<ExitCode | undefined> {
  const target = laneOf(options.lane);
  const lane = target.name;
  const { reason } = options;
  if (reason === undefined || reason.trim() === '') throw usageError('a rollback needs a reason', 'pass --reason TEXT');
  const product = givenProduct ?? (await productHere(context));
  const api = await context.api();
  const [{ tenant }, { lanes }] = await Promise.all([api.identity.whoAmI({}), api.promotions.listLanes({ product })]);
  const status = lanes.find((each) => each.lane === target.lane);
  const digest = targetOf(status, product, lane);
  const question = `Roll ${lane} of ${product} back from ${shortId(status?.liveBundleDigest ?? '')} to ${shortId(digest)}?`;
  if (!(await context.confirm(question, options.yes === true || options.print === true))) {
    context.terminal.note('nothing was done');
    return exitCodes.error;
  }
  return startPromotion(
    context,
    {
      ...{ kind: 'ROLLBACK', tenant, product, lane: target, bundle: digest, said: { comment: reason } },
      fileName: `rollback-${product}-${lane}.json`,
      told: ({ promotionId }) => `rollback ${shortId(promotionId)}: ${lane} of ${product} back to ${shortId(digest)}`,
    },
    options,
  );
}

function targetOf(status: LaneStatus | undefined, product: string, lane: string): ReturnType<typeof parseDigest> {
  const previous = status?.previousBundleDigest ?? '';
  if (previous !== '') return parseDigest(previous);
  throw new LanekeeperError('NOTHING_TO_ROLL_BACK', {
    message: `${lane} of ${product} has nothing to roll back to`,
    object: `lane ${product}/${lane}`,
    why:
      (status?.liveBundleDigest ?? '') === ''
        ? 'nothing is live there'
        : 'the live bundle is the first one, or all bundles before it were rolled back or recalled',
    next: `promote another bundle: lane promote BUNDLE --to ${lane}`,
  });
}

async function productHere(context: Context): Promise<string> {
  const commit = await readCommit(context, context.cwd, 'HEAD');
  return parseProductFile(await commit.readFile(productFileName)).name;
}
