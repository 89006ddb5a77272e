import { shortId } from '../../../core/ids.js';
import { type Release, type ReleaseStep, ReleaseState, StepState } from '#gen/release/v1/release_pb.js';
import type { Context } from '../program/context.js';
import { type ExitCode, exitCodes } from '../errors/exit-codes.js';
import { interruptedError } from '../promotion/follow.js';
import { duration } from '../output/relative-time.js';
import { instantOf } from '../output/words.js';
import { readStream } from '../connection/reconnect.js';

/**
 * Follows a release until it has ended, printing each step as it begins and ends. The release continues, whatever
 * happens to this process.
 */
export async function followRelease(
  context: Context,
  id: string,
): Promise<{ readonly release: Release; readonly exitCode: ExitCode }> {
  const api = await context.api();
  const shown = new Map<string, StepState>();
  const open = () => api.releases.watchRelease({ releaseId: id }, { signal: context.signal });
  const ended = await readStream(context, context.signal, open, ({ release }) => {
    for (const step of release?.steps ?? []) showStep(context, step, shown);
    return release?.state === ReleaseState.RUNNING ? undefined : release;
  });
  if (ended !== undefined) return { release: ended, exitCode: reportOutcome(context, ended) };
  throw interruptedError(`Release ${shortId(id)}`, `lane watch ${shortId(id)}`);
}

function showStep(context: Context, step: ReleaseStep, shown: Map<string, StepState>): void {
  if (shown.get(step.id) === step.state) return;
  shown.set(step.id, step.state);
  const { colours } = context.terminal;
  const took = timeOf(step);
  const detail = step.detail === '' ? '' : `  ${step.detail}`;
  if (step.state === StepState.RUNNING) context.terminal.note(colours.dim(`· ${step.id}`));
  if (step.state === StepState.DONE)
    context.terminal.note(`${colours.green('✓')} ${step.id}${colours.dim(took + detail)}`);
  if (step.state === StepState.FAILED) context.terminal.note(`${colours.red('✗')} ${step.id}${took}${detail}`);
}

function timeOf(step: ReleaseStep): string {
  const [from, to] = [instantOf(step.startedAt), instantOf(step.endedAt)];
  return from === undefined || to === undefined
    ? ''
    : ` ${duration(Math.max(1_000, Date.parse(to) - Date.parse(from)))}`;
}

function reportOutcome(context: Context, release: Release): ExitCode {
  if (release.state === ReleaseState.SEALED) return exitCodes.ok;
  const { error } = release;
  context.terminal.note(
    [
      `${context.terminal.colours.red('error:')} ${error?.message ?? 'the release failed'}`,
      ...(error?.object ? [`object: ${error.object}`] : []),
      ...(error?.why ? [`why: ${error.why}`] : []),
      ...(error?.next ? [`next: ${error.next}`] : []),
    ].join('\n'),
  );
  return error?.reason === 'TESTS_FAILED' ? exitCodes.blocked : exitCodes.error;
}
