import { shortId } from '../ids.js';
import type { Words } from '../policy/words-of-profile.js';
import { specialKind } from '../promotion/state.js';
import type { EventData, MethodEventType } from './types.js';

/**
 * Whom an event concerns, so that they are woken. `promotion`, `lane`: those that it is about. The others are the
 * promotions that wait for gates: with its bundle, for its lane, or any; those that wait for gates or for their lane; and
 * those of its product, or of all, that are on their way to a lane and have not begun to deploy; those
 * with its bundle that have not ended; and those that are live and
 * were let into their lanes on something that a key has signed.
 */
export type Concern =
  | 'promotion'
  | 'lane'
  | 'waiting-with-bundle'
  | 'waiting-for-lane'
  | 'waiting'
  | 'without-lane'
  | 'restricted'
  | 'with-bundle'
  | 'live-relying-on-key';

/** What is said in a field of an event's data, as text; empty if nothing is: old events may lack it. */
type Field<Type extends MethodEventType> = (name: keyof EventData[Type] & string) => string;

interface EventTerms<Type extends MethodEventType> {
  /** One line for a timeline, in the words of a method. */
  readonly words: (field: Field<Type>, say: Words) => string;
  /** Whom it concerns; nobody if absent. What a run's own transaction wrote it knows from the answer. */
  readonly concerns?: (field: Field<Type>) => readonly Concern[];
}

/** A kind of promotion in the words of a method. */
function kindInWords(kind: string, say: Words): string {
  return specialKind(kind) || say.one('promotion');
}

/** Whose commits are, who may approve, and whose signatures count, is asked by gates of any product. */
const anybodyWaiting = (): readonly Concern[] => ['waiting'];

/** The one registry of method events. */
export const eventTerms: { readonly [Type in MethodEventType]: EventTerms<Type> } = {
  'product.registered': { words: (field) => `registered with repository ${field('repository')}` },
  'product.rebound': {
    words: (field) => `bound to repository ${field('to')} instead of ${field('from')}: ${field('reason')}`,
  },
  'repository.allowed': { words: (field) => `releases from ${field('pattern')} are allowed` },
  'repository.disallowed': { words: (field) => `releases from ${field('pattern')} are no longer allowed` },
  'release.started': { words: (field) => `release of ${field('revision').slice(0, 12)} started` },
  'release.fetched': { words: (field) => `the commit was read; its tree is ${field('tree').slice(0, 12)}` },
  'release.step-ended': { words: (field) => `${field('step')} ${field('state') === 'DONE' ? 'is done' : 'failed'}` },
  'release.sealed': { words: (_field, say) => `the ${say.one('bundle')} is sealed` },
  'release.failed': { words: () => 'the release failed' },
  'evidence.attached': {
    words: (field) => `evidence attached: ${field('kind')}`,
    concerns: () => ['waiting-with-bundle'],
  },
  'promotion.requested': {
    words: (field, say) => `${kindInWords(field('kind'), say)} requested`,
  },
  'promotion.transitioned': {
    words: (field) => `${field('from')} → ${field('to')}: ${field('reason')}`,
    concerns: (field) => [
      ...(field('by') === '' ? [] : (['promotion'] as const)),
      // What is live decides which commits other bundles bring to the lane, and opens the next lane to this one.
      ...(field('to') === 'LIVE' ? (['waiting-with-bundle', 'waiting-for-lane'] as const) : []),
    ],
  },
  'promotion.standing-changed': {
    words: (field, say) => `the ${say.one('bundle')} is ${field('to')}: ${field('reason')}`,
  },
  'promotion.ending': { words: (field) => `${field('reason')}; the lane goes back to what was live` },
  'promotion.step-failed': { words: (field) => `${field('step')} failed (${field('code')}): ${field('message')}` },
  'promotion.repinned': {
    words: (field, say) =>
      field('why') === 'rules'
        ? `judged by other ${say.many('gate')} from now on (${shortId(field('to'))} instead of ${shortId(field('from'))}): ${field('versions')}; approvals given before are void`
        : `judged by the policy as it is now (${shortId(field('to'))}), because a person has requested it`,
  },
  'promotion.adopted': { words: () => 'another run has taken over' },
  'promotion.superseded': {
    words: (field) =>
      field('how') === 'ROLLED_BACK'
        ? `rolled back by ${shortId(field('by'))}`
        : `superseded by ${shortId(field('by'))}`,
  },
  'decision.recorded': { words: (field) => `${field('verb')} recorded` },
  'decision.refused': {
    words: (field) =>
      `${field('verb') === 'unknown' ? 'a decision' : field('verb')} refused (${field('code')}): ${field('reason')}`,
  },
  'lane.queued': {
    words: (field, say) =>
      field('why') === ''
        ? `waiting for the lane, which another ${say.one('promotion')} holds`
        : `waiting for the lane, which is closed: ${field('why')}`,
    concerns: () => ['lane'],
  },
  'lane.granted': {
    words: (field) => `lane granted with fencing token ${field('fencingToken')}`,
    concerns: (field) => (field('by') === '' ? [] : ['promotion', 'lane']),
  },
  'lane.revoked': {
    words: (field) =>
      field('why') === ''
        ? `lane revoked in favour of ${shortId(field('by'))}`
        : `lane revoked, because it was closed: ${field('why')}`,
  },
  'alias.switched': { words: (field) => `alias switched, generation ${field('generation')}` },
  'principal.added': {
    words: (field) => `${field('kind')} ${field('principal')} added`,
    concerns: anybodyWaiting,
  },
  'address.linked': {
    words: (field) => `${field('address')} linked to ${field('principal')}`,
    concerns: anybodyWaiting,
  },
  'address.unlinked': {
    words: (field) => `${field('address')} taken from ${field('principal')}: ${field('reason')}`,
    concerns: anybodyWaiting,
  },
  'commit-key.enrolled': {
    words: (field) => `key ${field('fingerprint')} of ${field('principal')} enrolled for commits`,
    concerns: anybodyWaiting,
  },
  'commit-key.revoked': {
    words: (field) => `key ${field('fingerprint')} of ${field('principal')} revoked for commits: ${field('reason')}`,
    concerns: anybodyWaiting,
  },
  'principal-key.enrolled': {
    words: (field) => `key ${shortId(field('keyId'))} of ${field('principal')} enrolled (${field('purpose')})`,
    concerns: anybodyWaiting,
  },
  'principal-key.revoked': {
    words: (field) => `key ${shortId(field('keyId'))} of ${field('principal')} revoked: ${field('reason')}`,
    concerns: () => ['waiting', 'live-relying-on-key'],
  },
  'roles.granted': {
    words: (field) => `${field('principal')} was given ${field('roles')}: ${field('reason')}`,
    // Windows are for people of some roles, too.
    concerns: () => ['without-lane'],
  },
  'roles.withdrawn': {
    words: (field) => `${field('roles')} taken from ${field('principal')}: ${field('reason')}`,
    concerns: () => ['without-lane'],
  },
  'token.created': { words: (field) => `token ${shortId(field('token'))} of ${field('principal')} created` },
  'token.revoked': {
    words: (field) => `token ${shortId(field('token'))} of ${field('principal')} revoked: ${field('reason')}`,
  },
  'session.started': { words: (field) => `${field('principal')} signed in with a browser` },
  'session.ended': { words: (field) => `session ${field('session').slice(0, 12)} of ${field('principal')} ended` },
  'calendar-feed.created': { words: (field) => `${field('principal')} subscribed to calendar ${field('feed')}` },
  'calendar-feed.ended': { words: (field) => `calendar ${field('feed')} of ${field('principal')} ended` },
  'policy.installed': { words: (field) => `${field('documents')} documents installed` },
  'policy.drafted': { words: (field) => `version ${field('version')} of ${field('document')} drafted` },
  'policy.submitted': { words: (field) => `version ${field('version')} of ${field('document')} waits to be published` },
  'policy.published': {
    words: (field) => `version ${field('version')} of ${field('document')} published`,
    concerns: () => ['without-lane'],
  },
  'policy.retired': {
    words: (field) => `version ${field('version')} of ${field('document')} taken out of force`,
    concerns: () => ['without-lane'],
  },
  'policy.withdrawn': { words: (field) => `version ${field('version')} of ${field('document')} withdrawn` },
  'transformation.changed': {
    words: (field) => `revision ${field('revision')} of transformation ${field('transformation')}: ${field('words')}`,
    concerns: () => ['without-lane'],
  },
  'transformation.retired': {
    words: (field) => `transformation ${field('transformation')} ${field('words')}`,
    concerns: () => ['without-lane'],
  },
  'restriction.put': {
    words: (field) => field('words') || `revision ${field('revision')} of ${field('restriction')}`,
    concerns: (field) => (field('restriction').startsWith('recall/') ? ['with-bundle'] : ['restricted']),
  },
  'restriction.retired': {
    words: (field) => field('words') || `${field('restriction')} ended`,
    concerns: (field) => (field('restriction').startsWith('recall/') ? ['with-bundle'] : ['restricted']),
  },
  'enrolment.requested': { words: (field) => `asked for: ${field('words')}` },
  'enrolment.approved': { words: (field) => `approved: ${field('words')}` },
  'enrolment.rejected': { words: (field) => `rejected: ${field('words')}` },
};
