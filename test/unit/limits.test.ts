import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { maxBundleBytes } from '../../core/signature/envelope.js';
import { limits } from '../../apps/api/limits/limits.js';
import { mostOfPrincipal } from '../../apps/enrolment/limits.js';
import { mostRefused } from '../../apps/enrolment/policy/refused-drafts.js';
import { maxWindowBytes } from '../../core/calendar/parse.js';
import { mostDays } from '../../core/calendar/problems.js';
import { maxCount } from '../../core/calendar/recurrence.js';
import { asLanekeeperError } from '../../core/errors.js';
import { parseDefinition } from '../../core/governance/definition.js';
import { parsePolicyOfPolicies } from '../../core/governance/policy-of-policies.js';
import { parsePolicy, parseProfile } from '../../core/policy/parse.js';
import { conditionLimits } from '../../core/policy/conditions.js';
import windowSchema from '../../core/schemas/window.schema.json' with { type: 'json' };
import { maxReportLength } from '../../core/evidence/junit.js';
import { evidencePerSigner } from '../../core/policy/evidence.js';
import { maxStatementLength } from '../../core/promotion/input.js';
import { maxAttachedByPrincipal } from '../../store/evidence/limit.js';

const root = join(import.meta.dirname, '../..');
const protos = readdirSync(join(root, 'proto'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.proto'))
  .map((name) => readFileSync(join(root, 'proto', name), 'utf8'))
  .join('\n');

/** The bound of each bytes field of the messages whose name ends in a word, in bytes, as `Message.field`. */
function bytesFields(suffix: string): ReadonlyMap<string, number> {
  const messages = protos.matchAll(/^message (\w+) \{$([^]*?)^\}$/gm);
  const fields = [...messages].flatMap(([, message = '', body = '']) =>
    message.endsWith(suffix)
      ? [...body.matchAll(/^ {2}(?:repeated )?bytes (\w+) = \d+ \[[^]*?max_len[:= ]+(\d+)/gm)].map(
          ([, field = '', bound]) => [`${message}.${field}`, Number(bound)] as const,
        )
      : [],
  );
  return new Map(fields);
}

/** The limits that SECURITY.md names, by what they limit. */
const documented = new Map(
  readFileSync(join(root, 'SECURITY.md'), 'utf8')
    .split('## Limits on input')[1]!
    .split('\n')
    .flatMap((line) => {
      const [, input, limit] = /^\| ([^|]+) \| ([^|]+) \|$/.exec(line) ?? [];
      return input === undefined || limit === undefined ? [] : [[input, limit] as const];
    }),
);
const KiB = 1024;
const MiB = 1024 * KiB;
const size = (bytes: number): string => (bytes >= MiB ? `${String(bytes / MiB)} MiB` : `${String(bytes / KiB)} KiB`);

describe('the limits', () => {
  const requests = bytesFields('Request');

  test('of what people sign are the same in SECURITY.md, in the contracts and in the code', () => {
    const decisions = [...requests].filter(([name]) => /\.signed_(decision|request)$/.test(name));
    expect(decisions.length).toBeGreaterThanOrEqual(5);
    for (const [name, bound] of decisions) expect([name, bound]).toEqual([name, maxStatementLength]);
    expect(documented.get('decision')).toBe(size(maxStatementLength));
    expect(documented.get('statement about who is who')).toBe(
      size(requests.get('SubmitEnrolmentRequest.signed_statement') ?? 0),
    );
  });

  test('of evidence are, too', () => {
    const statement = requests.get('AttachEvidenceRequest.signed_statement') ?? 0;
    expect(requests.get('AttachEvidenceRequest.report')).toBe(maxReportLength);
    expect(documented.get('evidence that is attached')).toBe(
      `${size(statement)}, and ${size(maxReportLength)} for its report`,
    );
    expect(bytesFields('GetEvidenceResponse').get('GetEvidenceResponse.signed_statement')).toBe(maxBundleBytes);
    expect(documented.get('reports that are read at a time')).toBe(
      `${String(limits.reports)} of one principal, ${String(limits.allReports)} of all`,
    );
    expect(documented.get('evidence that is read')).toBe(size(maxBundleBytes));
    expect(documented.get('evidence that one principal attaches to a bundle')).toBe(
      `${String(maxAttachedByPrincipal)}; a round of gates reads the newest ${String(evidencePerSigner)} of each kind, subject and signer`,
    );
  });

  test('of requests let in everything that the contracts do, and are those of SECURITY.md', () => {
    expect(requests.size).toBeGreaterThan(5);
    for (const [name, bound] of requests) {
      const whole = name.startsWith('AttachEvidenceRequest.') ? limits.reportBytes : limits.requestBytes;
      expect([name, bound < whole]).toEqual([name, true]);
    }
    expect(documented.get('request')).toBe(
      `${size(limits.requestBytes)}; ${size(limits.reportBytes)} for one that carries a report`,
    );
    expect(documented.get('calls of one principal')).toBe(
      `${limits.calls.toLocaleString('en')} in ${String(limits.windowSeconds)} s, ${String(limits.concurrentCalls)} at a time, ${String(limits.streams)} streams`,
    );
  });

  test('of documents are counted in bytes, and are those of SECURITY.md', () => {
    expect(documented.get('statement about a version')).toBe(
      size(requests.get('SubmitPolicyActRequest.signed_statement') ?? 0),
    );
    expect(documented.get('comparing the gates of versions')).toBe(
      `${String(limits.compareMs / 1_000)} s of one principal within a minute`,
    );
    const textOf = (message: string, field: string) =>
      new RegExp(`^message ${message} \\{$[^]*?^ {2}string ${field} = \\d+ ([^;]+);`, 'm').exec(protos)?.[1];
    const fields = [
      ['SubmitPolicyActRequest', 'text'],
      ['SubmitPolicyActRequest', 'tests'],
      ['ReplayDecisionsRequest', 'policy'],
    ] as const;
    for (const [message, field] of fields)
      expect([message, field, textOf(message, field)]).toEqual([
        ...[message, field, expect.stringContaining(`max_bytes: ${String(256 * KiB)}`)],
      ]);
    const refused = (parse: (text: string, fileName: string) => unknown, bytes: number) => {
      try {
        parse(`# ${'é'.repeat((bytes - 2) / 2)}`, 'f.yaml');
        return 'read';
      } catch (error) {
        return String(asLanekeeperError(error)?.why).includes(`longer than ${String(bytes - 2)} bytes`)
          ? 'too long'
          : 'read';
      }
    };
    const parsers = [
      ['policy, profile', 256, parsePolicy],
      ['policy, profile', 256, parseProfile],
      ['promotion definition, policy of policies', 64, parseDefinition],
      ['promotion definition, policy of policies', 64, parsePolicyOfPolicies],
    ] as const;
    for (const [input, limit, parse] of parsers) {
      expect(documented.get(input)).toBe(size(limit * KiB));
      expect([refused(parse, limit * KiB), refused(parse, limit * KiB + 2)]).toEqual(['read', 'too long']);
    }
  });

  test('of keys and tokens are the same in SECURITY.md and in the code', () => {
    const { keys, tokens } = mostOfPrincipal;
    expect(documented.get('keys and tokens of one principal that count')).toBe(
      `${String(keys)} keys, ${String(tokens)} tokens`,
    );
  });

  test('of windows are the same in SECURITY.md, in the schema and in the code', () => {
    const { properties } = windowSchema.$defs.spec;
    const [products, invokers, except] = [properties.products, properties.invokers, properties.except];
    expect(documented.get('window')).toBe(
      `${size(maxWindowBytes)}; ${products.maxItems} products, ${invokers.maxItems} invokers, ${except.maxItems} days left out; comes back once a day at most, ${maxCount} times where it is counted, lasts ${mostDays.recurring} days each time`,
    );
  });

  test('of drafts and of conditions are the same in SECURITY.md and in the code', () => {
    expect(documented.get('drafts of one person that are refused')).toBe(`${String(mostRefused)} within a minute`);
    expect(documented.get('tests of a version')).toBe(
      `256 KiB; run ${String(limits.testRuns)} at a time of one principal, ${String(limits.tenantTestRuns)} of one tenant, ${String(limits.allTestRuns)} of all, for ${String(limits.testRunMs / 1_000)} s at most`,
    );
    const { one, together } = conditionLimits;
    expect(documented.get('conditions of overrides')).toBe(
      `${one.toLocaleString('en')} steps each, ${together.toLocaleString('en')} together`,
    );
  });
});
