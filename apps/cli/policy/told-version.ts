import { LanekeeperError } from '../../../core/errors.js';
import { digestOfText, digestOfVersion } from '../../../core/governance/document.js';
import type { PolicyVersion } from '#gen/governance/v1/governance_service_pb.js';
import type { Context } from '../program/context.js';
import { nameOf, parseVersionName, versionNameOf } from './words.js';

/** A version as the stack tells it, whose digest is that of its text and of what names it. */
export interface ToldVersion {
  readonly version: PolicyVersion;
  readonly text: string;
}

/**
 * Fetches a version that somebody looks at in order to sign it: what they are shown has to be what they sign, whatever
 * process answers.
 *
 * @throws POLICY_UNTRUSTED where text and digest do not belong together, NOT_FOUND
 */
export async function fetchTold(context: Context, given: string): Promise<ToldVersion> {
  const { governance } = await context.api();
  const asked = parseVersionName(given);
  const { version, text } = await governance.getPolicyVersion({ version: asked });
  if (version === undefined) throw new LanekeeperError('INTERNAL', { message: 'the API named no version' });
  const isAsked = !asked.startsWith('sha256:') || version.digest.startsWith(asked);
  const name = versionNameOf(version);
  if (isAsked && digestOfText(text) === name.content && digestOfVersion(name) === version.digest)
    return { version, text };
  throw new LanekeeperError('POLICY_UNTRUSTED', {
    message: `${nameOf(version)} is not what its digest names`,
    object: `version ${version.digest}`,
    why: 'the stack shows one text and would have another one signed',
    next: 'sign nothing, and find out who has changed the stack: lane policy verify',
  });
}
