import { describe, expect, test } from '@jest/globals';
import { problemsOfAnswers } from '../../../core/policy/answers-given.js';
import type { AnswerSchema } from '../../../core/policy/demands.js';

const asks = (answer: AnswerSchema) => ({ questions: [{ id: 'rollback-tested', ask: 'Was it?', answer }] });
const problems = (answer: AnswerSchema, given: unknown) =>
  problemsOfAnswers({ 'rollback-tested': given }, asks(answer));

describe('answers that are given to questions', () => {
  test('are answers whether or not they let the gate pass: who says no has answered', () => {
    expect(problems({ const: true }, false)).toEqual([]);
    expect(problems({ enum: ['low', 3] }, 'high')).toEqual([]);
    expect(problems({ type: 'integer', minimum: 3 }, 1)).toEqual([]);
    expect(problems({ type: 'string', minLength: 10 }, '')).toEqual([]);
    expect(problems({ minimum: 3 }, 'whatever')).toEqual([]);
  });

  test.each<[string, AnswerSchema, unknown, string]>([
    ['boolean', { const: true }, 'yes', 'it is "yes", and has to be of type boolean'],
    ['null', { const: null }, false, 'it is false, and has to be of type null'],
    ['string or number', { enum: ['low', 3] }, true, 'it is true, and has to be of type string or number'],
    ['integer', { type: 'integer' }, 1.5, 'it is 1.5, and has to be of type integer'],
    ['object with what it needs', { type: 'object', required: ['a'] }, {}, 'it has no a'],
    ['list of numbers', { items: { type: 'number' } }, [1, 'x'], 'it is "x", and has to be of type number'],
    ['member', { properties: { a: { const: 1 } } }, { a: 'x' }, 'a: it is "x", and has to be of type number'],
  ])('have the type that is asked for: %s', (_type, schema, given, why) => {
    expect(problems(schema, given)).toEqual([`rollback-tested: ${why}`]);
  });

  test('are to each question that is asked, and to no other', () => {
    expect(problemsOfAnswers({ 'rollback-testet': true }, asks({ const: true }))).toEqual([
      'nobody asks rollback-testet; did you mean rollback-tested?',
      'there is no answer to rollback-tested: Was it?',
    ]);
    expect(
      problemsOfAnswers(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`q${i}`, 1])), asks({})),
    ).toHaveLength(10);
  });
});
