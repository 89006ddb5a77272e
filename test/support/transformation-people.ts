import { randomUUID } from 'node:crypto';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import { type TransformationAct, transformationStatement } from '../../core/evidence/transformation-act.js';
import { normaliseSpec, type WrittenSpec } from '../../core/transformation/normalise.js';
import { signerOf } from './sealed-bundle.js';

/** What a person says about a transformation; without a spec, that it is retired. */
export interface SayingOfTransformation {
  /** The revision that it replaces; 0 if absent. */
  readonly revision?: number;
  readonly spec?: WrittenSpec;
  /** Whose key signs; their own if absent. */
  readonly keyOf?: string;
  readonly nonce?: string;
  readonly tenant?: string;
}

/** Signs what a person says about a transformation. */
export async function signTransformation(
  { dataDir }: { readonly dataDir: string },
  principal: string,
  name: string,
  saying: SayingOfTransformation = {},
): Promise<Uint8Array> {
  const { revision = 0, spec, keyOf = principal, nonce = randomUUID(), tenant = 'default' } = saying;
  const said = {
    ...{ principal, tenant, name, revision, nonce, issuedAt: new Date().toISOString() },
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
  };
  const act: TransformationAct =
    spec === undefined
      ? { ...said, verb: 'retire', reason: 'it is over' }
      : { ...said, verb: 'put', spec: normaliseSpec(name, spec) };
  return signStatement(transformationStatement(act), await signerOf(dataDir, 'identities', keyOf));
}
