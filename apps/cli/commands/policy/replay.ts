import { open } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { LanekeeperError } from '../../../../core/errors.js';
import { isInstant } from '../../../../core/input.js';
import {
  type ReplayedDecision,
  ReplayedDecisionSchema,
  type ReplayTotals,
  ReplayTotalsSchema,
} from '#gen/governance/v1/replay_pb.js';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.js';
import { usageError } from '../../errors/report-error.js';
import { toPlain } from '../../output/plain.js';
import { laneOf } from '../../output/words.js';
import { whyUnreadable } from '../../program/why-unreadable.js';
import type { Context } from '../../program/context.js';
import { replayTable, totalsLine } from '../../views/replay-table.js';

/** Options of `lane policy replay`. */
export interface ReplayOptions {
  readonly product?: string;
  readonly lane?: string;
  readonly last: string;
  readonly since?: string;
  readonly failOnChange?: true;
}

/** How many decisions the API replays at most. */
const maxDecisions = 10_000;

/** The largest file that is read, in bytes; the API takes no larger one. */
const maxFileBytes = 1024 * 1024;

/** Replays decisions under the policy in a file, or as they were. */
export async function replayDecisions(
  context: Context,
  file: string | undefined,
  options: ReplayOptions,
): Promise<ExitCode | undefined> {
  const request = {
    ...(file !== undefined && { policy: await textOf(resolve(context.cwd, file)), fileName: basename(file) }),
    product: options.product ?? '',
    ...(options.lane !== undefined && { lane: laneOf(options.lane).lane }),
    ...(options.since !== undefined && { since: timestampFromDate(sinceOf(options.since)) }),
    limit: countOf(options.last),
  };
  const { totals, changed } = await follow(context, request);
  await context.show.object(
    'PolicyReplay',
    {
      totals: toPlain(ReplayTotalsSchema, totals),
      changed: changed.map((one) => toPlain(ReplayedDecisionSchema, one)),
    },
    () => replayTable(changed, context),
  );
  context.terminal.note(totalsLine(totals, file !== undefined));
  // That what was recorded is not what the facts say is no matter of opinion.
  if (totals.differing > 0) return exitCodes.verification;
  return options.failOnChange === true && changed.length > 0 ? exitCodes.blocked : undefined;
}

async function follow(
  context: Context,
  request: Parameters<Awaited<ReturnType<Context['api']>>['replays']['replayDecisions']>[0],
): Promise<{ readonly totals: ReplayTotals; readonly changed: readonly ReplayedDecision[] }> {
  const { replays } = await context.api();
  const changed: ReplayedDecision[] = [];
  let complete: ReplayTotals | undefined;
  let saidAt = 0;
  for await (const response of replays.replayDecisions(request, { signal: context.signal })) {
    const { totals = create(ReplayTotalsSchema) } = response;
    changed.push(...response.changed);
    // Read to its end: only then may the same person begin another one.
    if (response.done) complete = totals;
    if (totals.decisions - saidAt < 1_000) continue;
    saidAt = totals.decisions;
    context.terminal.note(`${String(saidAt)} decisions replayed`);
  }
  if (complete !== undefined) return { totals: complete, changed };
  throw new LanekeeperError('UNAVAILABLE', {
    message: 'the API ended the replay before it was complete',
    next: 'try again',
  });
}

async function textOf(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      if (size > maxFileBytes) throw usageError(`${path} is larger than 1 MiB`, 'a policy file has at most 256 KiB');
      const text = await file.readFile('utf8');
      if (text.trim() !== '') return text;
      throw usageError(`${path} is empty`, 'name a policy file, or none to evaluate decisions as they were');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof LanekeeperError) throw error;
    throw usageError(`${path} cannot be read: ${whyUnreadable(error)}`, 'name a policy file');
  }
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= maxDecisions) return count;
  throw usageError(`--last ${text} is not valid`, `use a whole number from 1 to ${String(maxDecisions)}`);
}

function sinceOf(text: string): Date {
  if (isInstant(text)) return new Date(text);
  throw usageError(`--since ${text} is not an instant`, 'use RFC 3339, for example 2026-01-31T00:00:00Z');
}
