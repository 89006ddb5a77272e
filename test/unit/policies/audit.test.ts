import { beforeAll, describe, expect, test } from '@jest/globals';
import type { PolicyAct } from '../../../core/evidence/policy-act.js';
import { auditChain, type AuditedVersion } from '../../../core/governance/audit.js';
import {
  digestOfInstallation,
  digestOfText,
  digestOfVersion,
  type VersionName,
} from '../../../core/governance/document.js';
import { shippedTexts } from '../../support/rules.js';

/** The next version of the policy of policies, drafted by dev. */
function next(
  text: string,
  previous: AuditedVersion | undefined,
  {
    publishers = [] as string[],
    tests = '',
    signedTests = '',
    governedBy = undefined as AuditedVersion | 'itself' | undefined,
  } = {},
): AuditedVersion {
  const name: VersionName = {
    ...{
      kind: 'governance' as const,
      name: 'governance',
      version: (previous?.version ?? 0) + 1,
      content: digestOfText(text),
    },
    ...(previous !== undefined && { previous: previous.digest }),
  };
  const digest = digestOfVersion(name);
  const act = (verb: PolicyAct['verb'], principal: string) => ({
    ...{ verb, principal },
    verified: {
      ...{ verb, principal, tenant: 'default', document: name, nonce: `${verb} ${principal}` },
      ...(verb === 'draft' && signedTests !== '' && { tests: digestOfText(signedTests) }),
      ...{ issuedAt: '2026-01-01T00:00:00Z', expiresAt: '2026-01-01T01:00:00Z' },
    },
  });
  const acts = previous === undefined ? [] : [act('draft', 'dev'), ...publishers.map((one) => act('publish', one))];
  const by = governedBy === 'itself' ? digest : governedBy?.digest;
  return { ...name, digest, text, tests, acts, ...(by !== undefined && { governedBy: by }) };
}

let first: AuditedVersion;
let text: string;
beforeAll(async () => {
  text = (await shippedTexts())[0]!;
  first = next(text, undefined);
});

/** What does not hold about some versions. */
function problemsOf(...versions: AuditedVersion[]): readonly string[] {
  const installation = [{ kind: 'governance', name: 'governance', content: first.content }] as const;
  const findings = auditChain({ kind: 'governance', name: 'governance' }, versions, true, {
    ...{ tenant: 'default', installation, pinned: digestOfInstallation(installation), rolesAreOfNow: false },
    governance: new Map(versions.map((version) => [version.digest, version])),
    rolesOf: (person) => (person === 'alice' ? ['qa'] : ['operator']),
  });
  return findings.flatMap(({ version, problem, found }) => (problem === undefined ? [] : [`${version} ${found}`]));
}

describe('a version of the policy of policies', () => {
  const publishers = ['carol', 'erin'];

  test('is published by as many people with its roles as the one before it demands', () => {
    const second = next(`${text}# 2\n`, first, { publishers, governedBy: first });
    expect(problemsOf(first, second)).toEqual([]);
    const alone = next(`${text}# 2\n`, first, { publishers: ['carol'], governedBy: first });
    expect(problemsOf(first, alone)).toEqual([
      'governance/governance@2 governance/governance@1 demands 2 with operator or release-manager; only 1 signed',
    ]);
    const without = next(`${text}# 2\n`, first, { publishers: ['carol', 'alice'], governedBy: first });
    expect(problemsOf(first, without)[0]).toContain('alice has no such role');
  });

  test('comes with the tests that its author has signed, all of them, and with no others', () => {
    const of = (tests: string, signedTests: string) =>
      problemsOf(first, next(`${text}# 2\n`, first, { publishers, governedBy: first, tests, signedTests }));
    expect([of('tests', 'tests'), of('', '')]).toEqual([[], []]);
    expect(of('others', 'tests')).toEqual(['governance/governance@2 they are not those that its author has signed']);
    expect(of('tests', '')).toEqual(['governance/governance@2 they come with it, and its author has signed none']);
    expect(of('', 'tests')).toEqual(['governance/governance@2 they are not there, and its author has signed some']);
  });

  test('is published by nobody who has signed something else, another version or for another tenant', () => {
    const second = next(`${text}# 2\n`, first, { publishers: ['carol'], governedBy: first });
    const foreign = (changes: Partial<PolicyAct>): AuditedVersion => {
      const [own] = second.acts.slice(-1);
      const verified = { ...(own!.verified as PolicyAct), principal: 'erin', ...changes };
      return { ...second, acts: [...second.acts, { verb: 'publish', principal: 'erin', verified }] };
    };
    const { kind, content } = second;
    const other = { kind, name: 'whatever', version: 7, content } as const;
    for (const changes of [{ document: other }, { tenant: 'elsewhere' }])
      expect(problemsOf(first, foreign(changes))).toEqual([
        'governance/governance@2 publish by erin: it is about something else',
        'governance/governance@2 governance/governance@1 demands 2 with operator or release-manager; only 1 signed',
      ]);
    expect(problemsOf(first, foreign({}))).toEqual([]);
  });

  test('does not say by itself who may publish it', () => {
    const weak = text.replaceAll('count: 2', 'count: 1');
    const second = next(weak, first, { publishers: ['carol'], governedBy: 'itself' });
    expect(problemsOf(first, second)).toEqual([
      'governance/governance@2 governance/governance@2 was published no sooner than it',
    ]);
  });

  test('is not published by rules that were replaced before the one before it', () => {
    const second = next(`${text}# 2\n`, first, { publishers, governedBy: first });
    const third = next(`${text}# 3\n`, second, { publishers, governedBy: second });
    const fourth = next(`${text}# 4\n`, third, { publishers, governedBy: first });
    expect(problemsOf(first, second, third)).toEqual([]);
    expect(problemsOf(first, second, third, fourth)).toEqual([
      'governance/governance@4 governance/governance@1 was replaced before the version before it',
    ]);
  });
});
