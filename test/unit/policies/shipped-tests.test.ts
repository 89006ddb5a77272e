import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parsePolicyTest } from '../../../core/policy/testing/parse-cases.js';
import type { TestReport } from '../../../core/policy/testing/report.js';
import { runPolicyTests } from '../../../core/policy/testing/run-cases.js';
import { bookWith } from '../../support/static-rules.js';

const folder = join(import.meta.dirname, '../../../policies');

let report: TestReport;
beforeAll(async () => {
  const names = ['default', 'profiles/scrum', 'profiles/safe', 'profiles/togaf'].map((name) => `${name}.test.yaml`);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  report = runPolicyTests(
    await bookWith(),
    texts.map((text, index) => parsePolicyTest(text, names[index] ?? '')),
  );
});

describe('the policies that Lanekeeper brings', () => {
  test('do what their own tests say', () => {
    expect(report.cases.length).toBeGreaterThan(50);
    expect(report.cases.filter(({ mismatches }) => mismatches.length > 0)).toEqual([]);
  });

  test('are seen by their own tests: every part of every gate passing and not, every override holding and not', () => {
    const { gates, overrides, percent } = report.coverage;
    expect(gates.filter(({ cases }) => cases === 0)).toEqual([]);
    const seen = gates.flatMap(({ lane, gate, terms }) =>
      terms.filter(({ passing, notPassing }) => !passing || !notPassing).map(({ term }) => `${lane} ${gate} ${term}`),
    );
    expect(seen).toEqual([]);
    expect(overrides.filter(({ held, notHeld }) => !held || !notHeld)).toEqual([]);
    expect(percent).toBe(100);
  });
});
