import { ApplicationFailure } from '@temporalio/workflow';
import { verbIn } from '../../core/decision/verb-in.js';
import type { DecisionVerb } from '../../core/decision/verbs.js';
import { isStatement } from './input.js';

/**
 * The validator of an update that takes a statement. What it refuses never reaches the history, and its sender sees why;
 * whether a statement counts is decided where its signature is verified.
 *
 * @param only the one verb that the update takes; any verb if absent
 */
export function takes(only?: DecisionVerb): (message: unknown) => void {
  return (message) => {
    const problem = problemOf(message, only);
    if (problem !== undefined) throw ApplicationFailure.nonRetryable(problem, 'INVALID_INPUT');
  };
}

function problemOf(message: unknown, only: DecisionVerb | undefined): string | undefined {
  // What is no JSON, or deeper than 64 levels, arrives as undefined.
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    return 'the message must be a JSON object with at most 64 levels: {"statement": <Sigstore bundle>}';
  const statement: unknown = (message as { readonly statement?: unknown }).statement;
  if (typeof statement !== 'object' || statement === null || Array.isArray(statement))
    return 'the message must hold the Sigstore bundle as an object in its field statement';
  if (!isStatement(statement)) return 'the statement must have at most 32 KiB';
  const verb = verbIn(statement);
  if (verb === undefined) return 'the statement is not a Sigstore bundle around a decision with a known verb';
  if (only !== undefined && verb !== only)
    return `the verb of the statement is ${verb}; this update takes ${only}, and the update decide takes every verb`;
  return undefined;
}
