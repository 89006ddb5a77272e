import { randomUUID } from 'node:crypto';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import { type TransformationAct, transformationStatement } from '../../core/evidence/transformation-act.js';
import { normaliseSpec, type WrittenSpec } from '../../core/transformation/normalise.js';
import type { ApiOnEngine } from './lane-runner.js';
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

/** Puts the next revision of the transformation `checkout`, to which the shop belongs, as a person. */
export async function putTransformation(
  engine: { readonly dataDir: string },
  api: ApiOnEngine,
  revision: number,
  spec: WrittenSpec,
): Promise<void> {
  const about = { revision, spec: { products: ['shop'], ...spec } };
  const signedStatement = await signTransformation(engine, 'dev', 'checkout', about);
  await api.clients('dev').transformations.submitTransformation({ signedStatement });
}
