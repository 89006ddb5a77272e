import { Ajv2020 } from 'ajv/dist/2020.js';
import { normaliseWindow } from '../calendar/normalise.js';
import { problemsOfWindow } from '../calendar/problems.js';
import { hexOf } from '../digest.js';
import { LanekeeperError } from '../errors.js';
import { canonicalJson } from '../hash.js';
import { type HoldSpec, nameOfHold } from '../restriction/model.js';
import actSchema from '../schemas/restriction-act.schema.json' with { type: 'json' };
import windowSchema from '../schemas/window.schema.json' with { type: 'json' };
import { nameOfPath } from '../yaml-file/schema-problems.js';
import { predicateProblems } from './predicate-problems.js';
import { predicateTypes } from './predicate-types.js';
import { digestOfRestrictionAct, type RestrictionAct } from './restriction-act.js';
import { type Statement, subjectDigestsOf } from './statement.js';
import { problemOfValidity } from './validity.js';

const validate = new Ajv2020({
  ...{ allErrors: true, strict: true, strictRequired: false, strictTypes: false },
  schemas: [windowSchema],
}).compile<RestrictionAct>(actSchema);

/** Reads what a person does with a restriction from a verified statement. @throws EVIDENCE_INVALID naming each problem */
export function parseRestrictionAct(statement: Statement): RestrictionAct {
  const { predicateType, predicate } = statement;
  if (predicateType !== predicateTypes.restriction) throw invalid(`it is of type ${predicateType}`);
  if (!validate(predicate)) throw invalid(predicateProblems(validate.errors));
  const problem = problemOfValidity(predicate) ?? problemOfContent(predicate);
  if (problem !== undefined) throw invalid(problem);
  const [about, ...others] = subjectDigestsOf(statement);
  if (others.length > 0 || about !== digestOfRestrictionAct(predicate))
    throw invalid('its subject is not what it does');
  return predicate;
}

/** What the schema cannot express. */
function problemOfContent(act: RestrictionAct): string | undefined {
  if (act.verb === 'retire') return undefined;
  switch (act.kind) {
    case 'window': {
      const problems = problemsOfWindow(act.spec).map(({ path, text }) => `${nameOfPath(['spec', ...path])}: ${text}`);
      if (problems.length > 0) return problems.slice(0, 10).join('; ');
      const { name: _name, ...spec } = normaliseWindow(act.name, act.spec);
      return canonicalJson(spec) === canonicalJson(act.spec)
        ? undefined
        : 'its content is not complete, or not in the order of its lists';
    }
    case 'hold':
      return problemOfHolds(act.name, act.spec);
    case 'recall':
      return act.name === hexOf(act.spec.bundle)
        ? undefined
        : `its name is not the digest of bundle ${act.spec.bundle}`;
  }
}

function problemOfHolds(name: string, spec: HoldSpec): string | undefined {
  if (name !== nameOfHold(spec)) return `the holds of this scope are named ${nameOfHold(spec)}`;
  // In one form, so that whoever puts the holds of others again from what they were told says the same.
  const odd = spec.holds.find(({ since }) => new Date(since).toISOString() !== since);
  if (odd !== undefined) return `hold ${odd.id} was not made at an instant with milliseconds: ${odd.since}`;
  const inOrder = spec.holds.every(({ id }, index) => index === 0 || (spec.holds[index - 1]?.id ?? '') < id);
  return inOrder ? undefined : 'its holds are not in the order of their ids, or one is there twice';
}

function invalid(why: string): LanekeeperError {
  return new LanekeeperError('EVIDENCE_INVALID', {
    message: 'this is not a statement about a window, a hold or a recall',
    why,
    next: 'sign it with lane window, lane hold, lane resume or lane bundle recall',
  });
}
