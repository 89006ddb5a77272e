import type { ValidateFunction } from 'ajv/dist/2020.js';
import { type Digest, digestOfHex } from '../digest.js';
import type { Statement } from './statement.js';

/** Which predicate is expected, and how a statement that is none is refused. */
export interface BundlePredicate<P extends { readonly product: string }> {
  readonly type: string;
  readonly validate: ValidateFunction<P>;
  readonly invalid: (why: string) => Error;
}

/**
 * Reads what one of our own statements says about exactly one bundle, whose name is that of its product. The signature
 * was verified before.
 *
 * @throws what `invalid` makes of every problem
 */
export function readBundlePredicate<P extends { readonly product: string }>(
  statement: Statement,
  { type, validate, invalid }: BundlePredicate<P>,
): P & { readonly bundle: Digest } {
  if (statement.predicateType !== type) throw invalid(`its type is ${statement.predicateType}, not ${type}`);
  const [subject, ...others] = statement.subject;
  if (subject === undefined || others.length > 0) throw invalid('its subject is not exactly one bundle');
  const { predicate } = statement;
  if (!validate(predicate))
    throw invalid(
      (validate.errors ?? [])
        .map((error) => `${error.instancePath || 'the predicate'} ${error.message ?? 'is invalid'}`)
        .join('; '),
    );
  if (subject.name !== predicate.product)
    throw invalid(
      `its subject is named ${JSON.stringify(subject.name.slice(0, 80))} and its product ${predicate.product}`,
    );
  return { ...predicate, bundle: digestOfHex(subject.digest.sha256) };
}
