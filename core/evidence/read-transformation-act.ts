import { Ajv2020 } from 'ajv/dist/2020.js';
import { LanekeeperError } from '../errors.js';
import { canonicalJson } from '../hash.js';
import transformationActSchema from '../schemas/transformation-act.schema.json' with { type: 'json' };
import transformationSchema from '../schemas/transformation.schema.json' with { type: 'json' };
import { normaliseSpec, problemsOfSpec } from '../transformation/normalise.js';
import { nameOfPath } from '../yaml-file/schema-problems.js';
import { predicateTypes } from './predicate-types.js';
import { type Statement, subjectDigestsOf } from './statement.js';
import { digestOfAct, type TransformationAct } from './transformation-act.js';
import { problemOfValidity } from './validity.js';

const validate = new Ajv2020({
  ...{ allErrors: true, strict: true, strictRequired: false, strictTypes: false },
  schemas: [transformationSchema],
}).compile<TransformationAct>(transformationActSchema);

/** Reads what a person does with a transformation from a verified statement. @throws EVIDENCE_INVALID naming each problem */
export function parseTransformationAct(statement: Statement): TransformationAct {
  const { predicateType, predicate } = statement;
  if (predicateType !== predicateTypes.transformation) throw invalid([`it is of type ${predicateType}`]);
  if (!validate(predicate))
    throw invalid(
      (validate.errors ?? []).map(
        (error) => `${error.instancePath || 'the predicate'} ${error.message ?? 'is invalid'}`,
      ),
    );
  const problem = problemOfValidity(predicate);
  if (problem !== undefined) throw invalid([problem]);
  if (predicate.verb === 'put') {
    const problems = problemsOfSpec(predicate.spec);
    if (problems.length > 0)
      throw invalid(problems.map(({ path, text }) => `${nameOfPath(['spec', ...path])}: ${text}`));
    if (canonicalJson(normaliseSpec(predicate.name, predicate.spec)) !== canonicalJson(predicate.spec))
      throw invalid(['its content is not complete, or not in the order of its keys']);
  }
  const [about, ...others] = subjectDigestsOf(statement);
  if (others.length > 0 || about !== digestOfAct(predicate)) throw invalid(['its subject is not what it does']);
  return predicate;
}

function invalid(problems: readonly string[]): LanekeeperError {
  return new LanekeeperError('EVIDENCE_INVALID', {
    message: 'this is not a statement about a transformation',
    why: problems.slice(0, 10).join('; '),
    next: 'sign it with lane transformation',
  });
}
