import { fromBase64, textIfUtf8 } from '../bytes.js';
import { type DecisionVerb, decisionVerbs } from './verbs.js';

/**
 * The verb of the decision in a Sigstore bundle, as it claims without any proof: enough to tell somebody that they took
 * the wrong door, and for nothing else. Undefined when there is none.
 */
export function verbIn(sigstoreBundle: unknown): DecisionVerb | undefined {
  const payload = field(field(sigstoreBundle, 'dsseEnvelope'), 'payload');
  const bytes = typeof payload === 'string' ? fromBase64(payload) : undefined;
  const text = bytes === undefined ? undefined : textIfUtf8(bytes);
  if (text === undefined) return undefined;
  try {
    const verb = field(field(JSON.parse(text), 'predicate'), 'verb');
    return decisionVerbs.find((known) => known === verb);
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (Reflect.get(value, name) as unknown)
    : undefined;
}
