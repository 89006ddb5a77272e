import { LanekeeperError } from '../../../core/errors.js';
import { type RestrictionAct, restrictionStatement } from '../../../core/evidence/restriction-act.js';
import type { Restriction, RestrictionKind } from '#gen/governance/v1/restriction_pb.js';
import { saidNow, signWithOwnKey } from '../decision/sign.js';
import { domainErrorOf } from '../errors/domain-error.js';
import { type ExitCode, exitCodes } from '../errors/exit-codes.js';
import { harmless } from '../output/harmless.js';
import type { Context } from '../program/context.js';

/** Who says something, where and when. */
export type Said = Awaited<ReturnType<typeof saidNow>>;

/**
 * Signs an act with the person's own key and submits it, and shows what they may have meant otherwise.
 *
 * @param told notices that were shown already: many acts may have the same
 * @returns the restriction as it is then
 */
export async function submitRestrictionAct(
  context: Context,
  actOf: (said: Said) => RestrictionAct,
  told = new Set<string>(),
): Promise<Restriction> {
  const { restrictions } = await context.api();
  const signedStatement = await signWithOwnKey(context, restrictionStatement(actOf(await saidNow(context))));
  const { restriction, notices } = await restrictions.submitRestriction({ signedStatement });
  for (const notice of notices) {
    if (!told.has(notice)) context.terminal.note(harmless(`note: ${notice}`));
    told.add(notice);
  }
  if (restriction !== undefined) return restriction;
  throw new LanekeeperError('INTERNAL', { message: 'the API said nothing about it', next: 'lane doctor' });
}

/** A restriction as it is now, ended or not; undefined where there is none. */
export async function findRestriction(
  context: Context,
  kind: RestrictionKind,
  name: string,
): Promise<Restriction | undefined> {
  const { restrictions } = await context.api();
  return restrictions.getRestriction({ kind, name }).then(
    ({ restriction }) => restriction,
    (error: unknown) => {
      if (domainErrorOf(error)?.code === 'NOT_FOUND') return undefined;
      throw error;
    },
  );
}

/** The revision that an act about it replaces. */
export function revisionOf(restriction: Restriction | undefined): number {
  return restriction?.revision ?? 0;
}

/** Says that somebody has not confirmed. */
export function undone(context: Context): ExitCode {
  context.terminal.note('nothing was done');
  return exitCodes.error;
}

/** Every restriction of a kind that is in force. */
export async function listAll(
  context: Context,
  filter: { readonly kind: RestrictionKind; readonly product?: string; readonly ended?: boolean },
): Promise<readonly Restriction[]> {
  const { restrictions } = await context.api();
  const found: Restriction[] = [];
  let after = '';
  do {
    const page = await restrictions.listRestrictions({ ...filter, after });
    found.push(...page.restrictions);
    after = page.nextAfter;
  } while (after !== '');
  return found;
}
