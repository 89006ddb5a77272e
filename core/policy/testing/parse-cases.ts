import { Ajv2020 } from 'ajv/dist/2020.js';
import { didYouMean } from '../../did-you-mean.js';
import testSchema from '../../schemas/policy-test.schema.json' with { type: 'json' };
import { readYamlFile, type YamlFile } from '../../yaml-file/read.js';
import type { Path } from '../../yaml-file/schema-problems.js';
import { artifactsOf, bundleSubject } from './build-facts.js';
import type { Given, TestCase, TestFile } from './test-file.js';

/** The product of cases that name none. */
const anyProduct = 'a-product';

/** A test of policies: cases, and the documents that they are about. */
export interface PolicyTest extends Pick<YamlFile<unknown>, 'fileName' | 'placeOf' | 'refuse'> {
  readonly name: string;
  /** The policy under test; that of the product of each case if absent. */
  readonly policy?: string;
  readonly profile?: string;
  readonly cases: readonly TestCase[];
}

type Mistake = Parameters<PolicyTest['refuse']>[0][number] & { readonly path: Path };

const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, verbose: true }).compile<TestFile>(
  testSchema,
);

/**
 * Reads a test of policies (format: `core/schemas/policy-test.schema.json`).
 *
 * @throws INVALID_POLICY naming every problem with its file, line and column
 */
export function parsePolicyTest(text: string, fileName: string): PolicyTest {
  const file = readYamlFile(text, {
    ...{ fileName, maxBytes: 256 * 1024, validate, code: 'INVALID_POLICY' },
    next: 'correct the file; docs/policy-test-reference.md has every field',
  });
  const { metadata, spec } = file.value;
  const problems = [...unknownSubjects(spec.given ?? {}, spec.given ?? {}, ['spec', 'given']), ...problemsOf(spec)];
  if (problems.length > 0) throw file.refuse(problems);
  return {
    ...{ fileName, name: metadata.name },
    placeOf: (path) => file.placeOf(path),
    refuse: (found) => file.refuse(found),
    ...(spec.policy !== undefined && { policy: spec.policy }),
    ...(spec.profile !== undefined && { profile: spec.profile }),
    cases: spec.cases.map((one) => caseOf(one, spec)),
  };
}

function caseOf({ expect, ...one }: TestFile['spec']['cases'][number], spec: TestFile['spec']): TestCase {
  const gates = Object.entries(expect.gates ?? {}).map(([gate, wanted]) => {
    return [gate, typeof wanted === 'string' ? { verdict: wanted } : wanted] as const;
  });
  return {
    ...{ name: one.name, lane: one.lane, kind: one.kind ?? 'PROMOTION', product: one.product ?? anyProduct },
    now: new Date(one.now ?? spec.now ?? Number.NaN),
    given: { ...spec.given, ...one.given },
    expect: { ...(expect.outcome !== undefined && { outcome: expect.outcome }), gates: Object.fromEntries(gates) },
  };
}

function problemsOf({ cases, now: shared, given: common }: TestFile['spec']): readonly Mistake[] {
  const names = cases.map(({ name }) => name);
  return cases.flatMap(({ name, now = shared, given }, index) => {
    const path = ['spec', 'cases', index];
    const problems: Mistake[] = [];
    if (names.indexOf(name) !== index)
      problems.push({ path: [...path, 'name'], text: `there are two cases ${JSON.stringify(name)}` });
    if (now === undefined) problems.push({ path, text: `${name} has no now, and neither has spec; expected one` });
    else if (Number.isNaN(Date.parse(now))) problems.push({ path: [...path, 'now'], text: `${now} is no instant` });
    if (given !== undefined) problems.push(...unknownSubjects(given, { ...common, ...given }, [...path, 'given']));
    return problems;
  });
}

/** Evidence about artifacts that the bundle does not have. */
function unknownSubjects({ evidence = [] }: Given, whole: Given, path: Path): readonly Mistake[] {
  const known = [bundleSubject, ...artifactsOf(whole).map(({ name }) => name)];
  return evidence.flatMap(({ about = bundleSubject }, index) =>
    [about]
      .flat()
      .filter((name) => !known.includes(name))
      .map((name) => ({
        path: [...path, 'evidence', index, 'about'],
        text: `the bundle has no artifact ${name}; expected one of: ${known.join(', ')}${didYouMean(name, known)}`,
      })),
  );
}
