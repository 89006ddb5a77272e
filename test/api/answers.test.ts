import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { rowsOf } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { deskOf, publish } from '../support/policy-people.js';
import { policyText } from '../support/rules.js';
import { sealText } from '../support/sealed-bundle.js';

const questions = [
  '          - { id: rollback-tested, ask: Was the way back tried? }',
  '          - { id: runbook, ask: Where is the runbook?, answer: { type: string, minLength: 10 } }',
];
const gates = [
  '    - id: ready-to-operate',
  '      type: DEFINITION_OF_DONE',
  '      lanes: [silver]',
  '      checklist:',
  '        roles: [developer]',
  '        questions:',
  ...questions,
  '    - { id: known, type: COMPLIANCE, rule: requester.known }',
].join('\n');

let engine: Engine;
let api: ApiOnEngine;
let bundle: Digest;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  await publish(deskOf(engine, api), policyText(gates, '', 'shop'), { name: 'shop' });
  bundle = await sealText(engine, 'is asked about');
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

/** Answers questions with `lane`, as dev. */
async function answer(gate: string, answers: object) {
  const file = join(engine.dataDir, 'answers.json');
  await writeFile(file, JSON.stringify(answers));
  return api.lane('dev', 'evidence', 'attach', bundle, '--kind', 'checklist', '--checklist', gate, '--answers', file);
}

const attached = async () =>
  (await rowsOf<{ id: string }>(engine, "select id from attestations where kind = 'checklist'")).length;

const right = { 'rollback-tested': true, runbook: 'https://runbooks.example.com' };

describe('answers to the questions of a gate', () => {
  test('are refused where no gate of that name asks any, with the gates that do', async () => {
    const mistyped = await answer('ready-to-operat', right);
    expect(mistyped).toMatchObject({ code: expect.any(Number) });
    expect(mistyped.code).not.toBe(0);
    expect(mistyped.stderr).toContain('no gate ready-to-operat of shop asks questions; did you mean ready-to-operate?');
    expect(mistyped.stderr).toContain('by the rules in force these do: ready-to-operate');
    expect((await answer('known', right)).stderr).toContain('no gate known of shop asks questions');
    expect(await attached()).toBe(0);
  });

  test('are refused where they are none, with each question and the type of its answer', async () => {
    const { stderr } = await answer('ready-to-operate', { 'rollback-tested': 'yes', runbok: 'x' });
    expect(stderr).toContain('these are no answers to the questions of gate ready-to-operate');
    expect(stderr).toContain('nobody asks runbok; did you mean runbook?');
    expect(stderr).toContain('rollback-tested: it is "yes", and has to be of type boolean');
    expect(stderr).toContain('there is no answer to runbook: Where is the runbook?');
    expect(await attached()).toBe(0);
  });

  test('are judged by each round all the same: what was attached says nothing about the gate', async () => {
    const silver = async () => (await api.lane('dev', 'plan', bundle, '--to', 'silver')).stdout;
    const about = `--kind checklist --checklist ready-to-operate --answers FILE`;
    expect(await silver()).toContain(
      `somebody of developer answers: lane evidence attach ${bundle.slice(7, 19)} ${about}`,
    );
    expect((await answer('ready-to-operate', { ...right, 'rollback-tested': false })).code).toBe(0);
    expect(await silver()).toContain('rollback-tested, answered by dev: it is false, and has to be true');
    expect((await answer('ready-to-operate', right)).code).toBe(0);
    expect(await silver()).toContain('answered by dev');
    expect(await silver()).not.toContain('has to be');
    expect(await attached()).toBe(2);
  });
});
