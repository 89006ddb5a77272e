import type { Digest } from '../../digest.js';
import { digestOf } from '../../hash.js';
import { lanes, type Lane } from '../../lanes.js';
import type { PrincipalKind } from '../../identity/principal-kind.js';
import type { CommitFact, CommitFacts, CommitPersonFact } from '../authorship.js';
import type { EvidenceFact, LaneFact, PolicyFacts, TransformationFact } from '../facts.js';
import { secondsOf } from '../layers/gate-file.js';
import { evidenceOf, type SubjectsOf } from './build-evidence.js';
import type { Given, GivenLane, GivenTransformation, TestCase } from './test-file.js';

/** The word for the bundle as a whole among what evidence is about. */
export const bundleSubject = 'bundle';

const bundle = digestOf(bundleSubject);
const live = digestOf('the bundle that is live');

/** What the bundle of a case delivers. */
export function artifactsOf({ bundle: given }: Given): NonNullable<NonNullable<Given['bundle']>['artifacts']> {
  return given?.artifacts ?? [{ kind: 'image', name: 'web' }];
}

/**
 * What an evaluation sees in a case: what it is given, and else a bundle with one image that somebody called author has
 * written and somebody called requester wants promoted, and about which nothing else is known.
 *
 * @param profile of the transformation, where the case names a transformation without one
 */
export function factsOf(
  { given, lane, kind, product, now }: TestCase,
  policyDigest: Digest,
  profile: string,
): PolicyFacts {
  const artifacts = artifactsOf(given).map((one) => ({ ...one, digest: digestOf(`artifact ${one.name}`) }));
  const about: SubjectsOf = (name) =>
    name === bundleSubject ? bundle : artifacts.find((one) => one.name === name)?.digest;
  return {
    ...{ tenant: 'default', promotionId: 'promotion', policyDigest, product, lane, kind },
    bundle: {
      digest: bundle,
      revision: 'a'.repeat(40),
      author: { name: 'author', email: 'author@example.com' },
      commits: commitsOf(given),
      repository: given.bundle?.repository ?? 'https://git.example.com/product.git',
      tree: 'e'.repeat(40),
      artifacts,
      methodology: given.bundle?.methodology ?? null,
      plan: given.bundle?.plan ?? null,
    },
    evidence: evidenceOf(given.evidence ?? [], about, now),
    ...requesterOf(given),
    approvals: (given.approvals ?? []).map((one, index) => ({
      ...{ principal: one.by, principalKind: one.kind ?? 'human', roles: one.roles, verb: one.verb ?? 'approve' },
      ...{ policyDigest, bundleDigest: bundle, attestationId: `approval-${String(index)}` },
      ...{ comment: one.comment ?? '', registeredAt: before(now, one.age ?? '0s') },
    })),
    waivers: (given.waivers ?? []).map(({ gate, until, reason = 'waived' }) => ({ gate, until, explanation: reason })),
    lanes: Object.fromEntries(lanes.map((name) => [name, laneOf(given.lanes?.[name] ?? {}, now)])) as Record<
      Lane,
      LaneFact
    >,
    products: Object.fromEntries(
      Object.entries(given.products ?? {}).map(([name, used]) => [
        name,
        Object.fromEntries(used.map((one) => [one, { live: true }])),
      ]),
    ),
    baselines: Object.fromEntries(
      lanes.flatMap((name) => {
        const baseline = given.lanes?.[name]?.baseline;
        return baseline === undefined ? [] : [[name, { bundle: live, evidence: baselineOf(baseline, now) }] as const];
      }),
    ),
    ...(given.transformation && { transformation: transformationOf(given.transformation, profile) }),
  };
}

function baselineOf(given: NonNullable<GivenLane['baseline']>, now: Date): readonly EvidenceFact[] {
  return evidenceOf(given, () => live, now);
}

function requesterOf({ requester }: Given): Pick<PolicyFacts, 'requester'> {
  if (requester === null) return {};
  const { name = 'requester', roles = [] } = requester ?? {};
  return { requester: { principal: name, roles } };
}

function laneOf({ live: isLive, wasLive, liveFor, url }: GivenLane, now: Date): LaneFact {
  const to = isLive === true ? {} : { to: now.toISOString() };
  return {
    live: isLive ?? false,
    wasLive: wasLive ?? (isLive === true || liveFor !== undefined),
    ...(url !== undefined && { url }),
    ...(liveFor !== undefined && { intervals: [{ from: before(now, liveFor), ...to }] }),
    ...(liveFor === undefined && isLive === true && { intervals: [{ from: now.toISOString() }] }),
  };
}

function transformationOf(given: GivenTransformation, ofTest: string): TransformationFact {
  const {
    name = 'transformation',
    profile = ofTest,
    stage = '',
    cadence = '',
    milestones = {},
    artifacts = [],
  } = given;
  return {
    ...{ known: true, id: 'transformation', name, profile, stage, cadence },
    milestones: Object.fromEntries(
      Object.entries(milestones).map(([key, { ready = false, readiness = '', due = '' }]) => [
        key,
        { ready, readiness, due },
      ]),
    ),
    elements: artifacts.map((one) => ({ title: one.key, timebox: '', phase: '', ...one })),
  };
}

/** One commit for each author, the first of them the released one. All of them count: something is live already. */
function commitsOf({ commits = {} }: Given): CommitFacts {
  const { authors, agents = [], unknown = [], signed = false, problem } = commits;
  const people = authors ?? (agents.length + unknown.length === 0 ? ['author'] : []);
  const all = [
    ...people.map((name) => personOf(name, 'human')),
    ...agents.map((name) => personOf(name, 'agent')),
    ...unknown.map((email) => ({ ...personOf(email, 'human'), email, principals: [] })),
  ];
  return {
    since: 'f'.repeat(40),
    brought: all.map((person) => commitOf(person, signed)),
    lists: ['commits'],
    ...(problem !== undefined && { problem }),
  };
}

function personOf(name: string, kind: PrincipalKind): CommitPersonFact {
  const at = '1970-01-01T00:00:00.000Z';
  return { name, email: `${name}@example.com`, at, principals: [{ name, kind, linkedBy: name, signs: false }] };
}

function commitOf(person: CommitPersonFact, signed: boolean): CommitFact {
  const hash = digestOf(`commit of ${person.name}`).slice(7, 47);
  const signature = { format: 'ssh', verified: true, fingerprint: 'SHA256:key', principal: person.name } as const;
  return { hash, author: person, committer: person, ...(signed && { signature }) };
}

function before(now: Date, duration: string): string {
  return new Date(now.getTime() - secondsOf(duration) * 1_000).toISOString();
}
