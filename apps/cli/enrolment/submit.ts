import { randomUUID } from 'node:crypto';
import type { Digest } from '../../../core/digest.js';
import type { EnrolmentChange } from '../../../core/enrolment/change.js';
import { type EnrolmentSaid, enrolmentStatement } from '../../../core/evidence/enrolment.js';
import { LanekeeperError } from '../../../core/errors.js';
import { shortId } from '../../../core/ids.js';
import { type Enrolment, EnrolmentSchema, EnrolmentState } from '#gen/governance/v1/enrolment_service_pb.js';
import { signWithOwnKey } from '../decision/sign.js';
import { type ExitCode, exitCodes } from '../errors/exit-codes.js';
import { type PlainObject, toPlain } from '../output/plain.js';
import type { Context } from '../program/context.js';

/** How long a request waits for a second operator, and how long an answer may be under way, in milliseconds. */
const validity = { request: 7 * 24 * 3_600_000, answer: 3_600_000 } as const;

/** Asks for a change of who is who, signed with the person's own key. */
export async function requestChange(context: Context, change: EnrolmentChange): Promise<Enrolment> {
  return submit(context, { verb: 'request', change }, validity.request);
}

/** Approves or rejects what another has asked for, signed with the person's own key. */
export async function answerEnrolment(
  context: Context,
  answer: { readonly verb: 'approve' | 'reject'; readonly enrolment: Digest; readonly comment?: string },
): Promise<Enrolment> {
  return submit(context, answer, validity.answer);
}

type Unsigned =
  | Omit<Extract<EnrolmentSaid, { verb: 'request' }>, Added>
  | Omit<Extract<EnrolmentSaid, { verb: 'approve' | 'reject' }>, Added>;
type Added = 'principal' | 'tenant' | 'nonce' | 'issuedAt' | 'expiresAt';

async function submit(context: Context, unsigned: Unsigned, validForMs: number): Promise<Enrolment> {
  const { identity, enrolments } = await context.api();
  const { tenant } = await identity.whoAmI({});
  const now = context.now();
  const said = {
    ...unsigned,
    principal: context.person,
    tenant,
    nonce: randomUUID(),
    issuedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + validForMs).toISOString(),
  };
  const signedStatement = await signWithOwnKey(context, enrolmentStatement(said));
  const { enrolment } = await enrolments.submitEnrolment({ signedStatement });
  if (enrolment !== undefined) return enrolment;
  throw new LanekeeperError('INTERNAL', { message: 'the API said nothing about the enrolment', next: 'lane doctor' });
}

/** Asks for a change and shows what became of it. @param detail more to say once it counts */
export async function showRequested(
  context: Context,
  change: EnrolmentChange,
  detail?: string,
): Promise<ExitCode | undefined> {
  return showEnrolment(context, await requestChange(context, change), detail);
}

/** Shows an enrolment after its change, with what has to happen next. */
export async function showEnrolment(
  context: Context,
  enrolment: Enrolment,
  detail?: string,
): Promise<ExitCode | undefined> {
  await context.show.object('Enrolment', plainEnrolment(enrolment), () =>
    [lineOf(enrolment), ...(detail === undefined ? [] : [detail])].join('\n'),
  );
  return exitCodeOfEnrolment(enrolment);
}

/** The exit code: something is missing while a change waits for a second operator. */
export function exitCodeOfEnrolment({ state }: Enrolment): ExitCode | undefined {
  return state === EnrolmentState.PENDING ? exitCodes.pending : undefined;
}

/** An enrolment for scripts, with what people have signed. */
export function plainEnrolment(enrolment: Enrolment): PlainObject {
  return toPlain(EnrolmentSchema, enrolment);
}

/** What became of a change, in words. */
export function lineOf({ id, state, change, decidedBy }: Enrolment): string {
  switch (state) {
    case EnrolmentState.APPLIED:
      return `done: ${change}`;
    case EnrolmentState.REJECTED:
      return `rejected by ${decidedBy}: ${change}`;
    default:
      return `waits for a second operator: ${change}\n→ another operator runs  lane enrolment approve ${shortId(id)}`;
  }
}
