import { didYouMean } from '../did-you-mean.js';
import { isOfType } from './answers.js';
import type { AnswerSchema, ChecklistRule } from './demands.js';

/** The most problems that are told at once. */
const maxTold = 10;

/**
 * Why answers are none to the questions of a checklist: one that is missing or that nobody asks, or that has another type
 * than any that could count. What is answered is another matter: whoever says no where yes is wanted has answered, and the verdict of
 * the gate says what follows.
 *
 * @returns in words, at most ten; none when they are answers
 */
export function problemsOfAnswers(
  answers: Readonly<Record<string, unknown>>,
  { questions }: Pick<ChecklistRule, 'questions'>,
): readonly string[] {
  const ids = questions.map(({ id }) => id);
  const unasked = Object.keys(answers).filter((name) => !ids.includes(name));
  const given = questions.flatMap(({ id, ask, answer }) => {
    if (!Object.hasOwn(answers, id)) return [`there is no answer to ${id}: ${ask}`];
    const problem = problemOfShape(answers[id], answer);
    return problem === undefined ? [] : [`${id}: ${problem}`];
  });
  return [...unasked.map((name) => `nobody asks ${name}${didYouMean(name, ids)}`), ...given].slice(0, maxTold);
}

function problemOfShape(answer: unknown, schema: AnswerSchema): string | undefined {
  const types = typesOf(schema);
  if (types.length > 0 && !types.some((type) => (type === 'null' ? answer === null : isOfType(answer, type))))
    return `it is ${JSON.stringify(answer ?? null).slice(0, 100)}, and has to be of type ${types.join(' or ')}`;
  if (Array.isArray(answer)) {
    const { items } = schema;
    return items === undefined ? undefined : first(answer.map((item) => problemOfShape(item, items)));
  }
  if (typeof answer !== 'object' || answer === null) return undefined;
  const members: Readonly<Record<string, unknown>> = { ...answer };
  const missing = (schema.required ?? []).find((name) => !Object.hasOwn(members, name));
  if (missing !== undefined) return `it has no ${missing}`;
  return first(
    Object.entries(schema.properties ?? {}).map(([name, one]) => {
      const problem = Object.hasOwn(members, name) ? problemOfShape(members[name], one) : undefined;
      return problem === undefined ? undefined : `${name}: ${problem}`;
    }),
  );
}

type AnswerType = NonNullable<AnswerSchema['type']> | 'null';

/** The types of answers that could count; none where any could. */
function typesOf(schema: AnswerSchema): readonly AnswerType[] {
  if (schema.type !== undefined) return [schema.type];
  if ('const' in schema) return [typeOf(schema.const)];
  return [...new Set((schema.enum ?? []).map(typeOf))];
}

function typeOf(value: unknown): AnswerType {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : (typeof value as AnswerType);
}

function first(problems: readonly (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}
