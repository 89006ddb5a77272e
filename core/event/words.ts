import { shortId } from '../ids.js';

/** One line for a method event, as a timeline shows it. Types that are not known here stand for themselves. */
export function wordsOf(event: { readonly type: string; readonly data: Readonly<Record<string, unknown>> }): string {
  const field = (name: string): string => {
    const value = event.data[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  switch (event.type) {
    case 'product.registered':
      return `registered with repository ${field('repository')}`;
    case 'product.rebound':
      return `bound to repository ${field('to')} instead of ${field('from')}: ${field('reason')}`;
    case 'repository.allowed':
      return `releases from ${field('pattern')} are allowed`;
    case 'repository.disallowed':
      return `releases from ${field('pattern')} are no longer allowed`;
    case 'release.started':
      return `release of ${field('revision').slice(0, 12)} started`;
    case 'release.sealed':
      return 'the bundle is sealed';
    case 'release.failed':
      return 'the release failed';
    case 'evidence.attached':
      return `evidence attached: ${field('kind')}`;
    case 'promotion.requested':
      return field('kind') === 'ROLLBACK' ? 'rollback requested' : 'promotion requested';
    case 'promotion.transitioned':
      return `${field('from')} → ${field('to')}: ${field('reason')}`;
    case 'promotion.ending':
      return `${field('reason')}; the lane goes back to what was live`;
    case 'promotion.step-failed':
      return `${field('step')} failed (${field('code')}): ${field('message')}`;
    case 'promotion.repinned':
      return `judged by the policy as it is now (${shortId(field('to'))}), because a person has requested it`;
    case 'promotion.adopted':
      return 'another run has taken over';
    case 'promotion.superseded':
      return field('how') === 'ROLLED_BACK'
        ? `rolled back by ${shortId(field('by'))}`
        : `superseded by ${shortId(field('by'))}`;
    case 'decision.recorded':
      return `${field('verb')} recorded`;
    case 'decision.refused':
      return `${field('verb') === 'unknown' ? 'a decision' : field('verb')} refused (${field('code')}): ${field('reason')}`;
    case 'lane.queued':
      return 'waiting for the lane, which another promotion holds';
    case 'lane.granted':
      return `lane granted with fencing token ${field('fencingToken')}`;
    case 'lane.revoked':
      return `lane revoked in favour of ${shortId(field('by'))}`;
    case 'alias.switched':
      return `alias switched, generation ${field('generation')}`;
    case 'principal.added':
      return `${field('kind')} ${field('principal')} added`;
    case 'address.linked':
      return `${field('address')} linked to ${field('principal')}`;
    case 'address.unlinked':
      return `${field('address')} taken from ${field('principal')}: ${field('reason')}`;
    case 'commit-key.enrolled':
      return `key ${field('fingerprint')} of ${field('principal')} enrolled for commits`;
    case 'commit-key.revoked':
      return `key ${field('fingerprint')} of ${field('principal')} revoked for commits: ${field('reason')}`;
    case 'principal-key.enrolled':
      return `key ${shortId(field('keyId'))} of ${field('principal')} enrolled (${field('purpose')})`;
    case 'principal-key.revoked':
      return `key ${shortId(field('keyId'))} of ${field('principal')} revoked: ${field('reason')}`;
    case 'roles.granted':
      return `${field('principal')} was given ${field('roles')}: ${field('reason')}`;
    case 'roles.withdrawn':
      return `${field('roles')} taken from ${field('principal')}: ${field('reason')}`;
    case 'token.created':
      return `token ${shortId(field('token'))} of ${field('principal')} created`;
    case 'token.revoked':
      return `token ${shortId(field('token'))} of ${field('principal')} revoked: ${field('reason')}`;
    case 'enrolment.requested':
      return `asked for: ${field('words')}`;
    case 'enrolment.approved':
      return `approved: ${field('words')}`;
    case 'enrolment.rejected':
      return `rejected: ${field('words')}`;
    default:
      return event.type;
  }
}
