import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../core/hash.js';
import { approvalsNeeded, type ApprovalGate, refusalOf, unknownExclusion } from '../../core/policy/approvals.js';
import { authorshipOf, type CommitFact, type CommitFacts, unsignedCommits } from '../../core/policy/authorship.js';
import type { CommitRule } from '../../core/policy/demands.js';
import { commitFact, personFact } from '../support/commit-facts.js';

const bundle = digestOf('bundle');
const gate: ApprovalGate = {
  approvals: { count: 1, roles: ['qa'], distinctRoles: false, separation: ['requester', 'author'], countForAgents: 2 },
};
const everyCommit: CommitRule = { firstRelease: 'every-commit', signatures: 'optional' };
const mergeBot = personFact('web-flow', [{ kind: 'service', linkedBy: 'olga' }]);

function brought(...commits: readonly CommitFact[]): CommitFacts {
  return { since: 'b'.repeat(40), brought: commits, lists: [] };
}

function factsOf(commits: CommitFacts) {
  return {
    lane: 'gold' as const,
    bundle: { digest: bundle, commits },
    requester: { principal: 'rita', roles: [] },
  };
}

const authors = (commits: CommitFacts, rule?: CommitRule) => authorshipOf(rule, commits).authors;

describe('who counts as an author', () => {
  test('is everybody who wrote or committed what a bundle brings', () => {
    const commits = brought(
      commitFact(personFact('ada')),
      commitFact(personFact('bob'), { committer: personFact('cy') }),
    );
    expect(authors(commits)).toEqual(['ada', 'bob', 'cy']);
  });

  test('is whoever committed under the name of a colleague', () => {
    expect(authors(brought(commitFact(personFact('ada'), { committer: personFact('mallory') })))).toContain('mallory');
  });

  test('is whoever signed a commit under the names of others', () => {
    const signature = { format: 'ssh', verified: true, fingerprint: 'SHA256:x', principal: 'mallory' } as const;
    expect(authors(brought(commitFact(personFact('ada'), { signature })))).toEqual(['ada', 'mallory']);
  });

  test('is whoever enrolled the key that signed a commit, because they may hold it', () => {
    const signature = {
      format: 'ssh',
      verified: true,
      fingerprint: 'F',
      principal: 'ada',
      enrolledBy: 'olga',
    } as const;
    expect(authors(brought(commitFact(personFact('ada'), { signature })))).toEqual(['ada', 'olga']);
  });

  test('is not a service that merged what somebody else wrote, nor who enrolled it', () => {
    expect(authors(brought(commitFact(personFact('ada'), { committer: mergeBot })))).toEqual(['ada']);
  });

  test('is whoever says that an author is a service, or somebody else', () => {
    expect(authors(brought(commitFact(mergeBot)))).toContain('olga');
    const linked = personFact('evil', [{ name: 'ada', linkedBy: 'olga' }]);
    expect(authors(brought(commitFact(linked)))).toEqual(['ada', 'olga']);
  });

  test('is everybody who shares an address', () => {
    expect(authors(brought(commitFact(personFact('team', [{ name: 'ada' }, { name: 'bob' }]))))).toEqual([
      'ada',
      'bob',
    ]);
  });

  test('is the author of the released commit alone when nothing is live, unless the policy wants every commit', () => {
    const first = { ...brought(commitFact(personFact('ada')), commitFact(personFact('bob'))), since: null };
    expect(authors(first)).toEqual(['ada']);
    expect(authors(first, everyCommit)).toEqual(['ada', 'bob']);
  });
});

describe('an approval gate waits', () => {
  test('while an address belongs to nobody, and says the command that links it', () => {
    const commits = brought(commitFact(personFact('eve', [])), commitFact(personFact("o'neil", [])));
    expect(unknownExclusion(gate, factsOf(commits))).toEqual({
      explanation: expect.stringContaining('eve@example.com and 1 more'),
      next: [
        'lane principal link eve@example.com --to NAME',
        String.raw`lane principal link 'o'\''neil@example.com' --to NAME`,
        'for somebody new: lane principal add NAME --kind human|agent|service --address=eve@example.com',
      ].join('; '),
    });
  });

  test('and names the command so that no address is taken for an option', () => {
    for (const email of ['--help', '-o', "--to='x"]) {
      const named = { ...personFact('eve', []), email };
      const { next } = unknownExclusion(gate, factsOf(brought(commitFact(named)))) ?? {};
      expect(next).toMatch(/^lane principal link --to NAME -- /);
    }
  });

  test('while nobody has signed the request', () => {
    const { requester: _none, ...facts } = factsOf(brought(commitFact(personFact('ada'))));
    expect(unknownExclusion(gate, facts)?.next).toBe(`lane promote ${bundle.slice(7, 19)} --to gold`);
  });

  test('while it is not known which commits a bundle brings', () => {
    const commits = { ...brought(commitFact(personFact('ada'))), problem: 'the lists end' };
    expect(unknownExclusion(gate, factsOf(commits))?.explanation).toContain('the lists end');
  });

  test('while a service is named as the committer that signs its commits and has not signed this one', () => {
    const signing = personFact('web-flow', [{ kind: 'service', signs: true }]);
    const forged = commitFact(personFact('ada'), { committer: signing });
    expect(unknownExclusion(gate, factsOf(brought(forged)))?.explanation).toContain('web-flow');
    const signature = { format: 'openpgp', verified: true, fingerprint: 'F', principal: 'web-flow' } as const;
    expect(unknownExclusion(gate, factsOf(brought({ ...forged, signature })))).toBeUndefined();
  });

  test('for nobody when everybody is known', () => {
    expect(unknownExclusion(gate, factsOf(brought(commitFact(personFact('ada')))))).toBeUndefined();
  });
});

describe('who may approve', () => {
  const facts = factsOf(brought(commitFact(personFact('ada')), commitFact(personFact('bob'))));
  const person = (principal: string, principalKind: 'human' | 'agent' | 'service' = 'human') => ({
    principal,
    principalKind,
    roles: ['qa'],
  });

  test('is no author of any commit, not only of the last', () => {
    expect(refusalOf(gate, person('bob'), facts)?.code).toBe('SELF_APPROVAL');
    expect(refusalOf(gate, person('zoe'), facts)).toBeUndefined();
  });

  test('is no agent and no service, whatever their roles', () => {
    expect(refusalOf(gate, person('zoe', 'agent'), facts)?.reason).toContain('not a human');
    expect(refusalOf(gate, person('zoe', 'service'), facts)?.reason).toContain('not a human');
  });

  test('must be more humans where the policy says so and an agent wrote one of the commits', () => {
    const agent = commitFact(personFact('coder', [{ kind: 'agent' }]));
    expect(approvalsNeeded(gate, facts)).toBe(1);
    expect(approvalsNeeded(gate, factsOf(brought(commitFact(personFact('ada')), agent)))).toBe(2);
  });
});

describe('a gate that requires signatures', () => {
  const signed = (change: object): CommitFact =>
    commitFact(personFact('ada'), {
      signature: { format: 'ssh', verified: true, fingerprint: 'SHA256:x', ...change },
    });

  test.each([
    ['is not signed', commitFact(personFact('ada'))],
    ['could not be verified: it does not fit', signed({ verified: false, why: 'it does not fit' })],
    ['is signed with a key that is not enrolled, SHA256:x', signed({})],
    ['is signed by bob, who is neither its author nor its committer', signed({ principal: 'bob' })],
  ])('refuses a commit that %s', (why, commit) => {
    expect(unsignedCommits(undefined, brought(commit))).toEqual([expect.stringContaining(why)]);
  });

  test('takes one that its author has signed with an enrolled key', () => {
    expect(unsignedCommits(undefined, brought(signed({ principal: 'ada' })))).toEqual([]);
  });
});
