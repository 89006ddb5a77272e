import { fromHex, toHex, utf8Of } from '../../../core/bytes.js';
import { canonicalJson, digestOfJson } from '../../../core/hash.js';
import { gitObjectId } from '../../../core/release/git-object.js';
import { derOfP1363, p1363OfDer } from '../../../core/signature/ecdsa-encoding.js';
import { preAuthEncoding } from '../../../core/signature/envelope.js';
import canonicalJsonVectors from '../../vectors/canonical-json.json' with { type: 'json' };
import encodingVectors from '../../vectors/ecdsa-encoding.json' with { type: 'json' };
import hashVectors from '../../vectors/hashes.json' with { type: 'json' };
import keyVectors from '../../vectors/keys.json' with { type: 'json' };
import { refused, same } from './expect.js';
import type { VectorCase } from './platform.js';
import { signatureCases } from './signature-cases.js';

const canonicalJsonCases = canonicalJsonVectors.map(({ title, json, canonical, digest }): VectorCase => ({
  title: `canonical JSON: ${title}`,
  run() {
    const value: unknown = JSON.parse(json);
    same([canonicalJson(value), digestOfJson(value)], [canonical, digest]);
  },
}));

const hashCases = hashVectors.map(({ algorithm, text, times, hex }): VectorCase => ({
  title: `${algorithm} of ${JSON.stringify(text)}, ${String(times)} times`,
  run({ hashing }) {
    const hash = algorithm === 'sha1' ? hashing.sha1() : hashing.sha256();
    for (let count = 0; count < times; count += 1) hash.update(utf8Of(text));
    same(hash.digest(), hex);
  },
}));

const keyCases = keyVectors.map(({ title, pem, keyId }): VectorCase => ({
  title: `the name of a key: ${title}`,
  async run({ verifier }) {
    if (keyId === undefined) await refused('INVALID_INPUT', () => verifier.keyIdOf(pem));
    else same(await verifier.keyIdOf(pem), keyId);
  },
}));

const encodingCases = encodingVectors.map(({ title, p1363, der }): VectorCase => ({
  title: `a signature in DER: ${title}`,
  run() {
    same([toHex(derOfP1363(fromHex(p1363))), toHex(p1363OfDer(fromHex(der)) ?? new Uint8Array())], [der, p1363]);
  },
}));

/** Every test vector, for every platform. */
export const vectorCases: readonly VectorCase[] = [
  ...canonicalJsonCases,
  ...hashCases,
  {
    title: 'the name of a git object',
    run: ({ hashing }) =>
      same(gitObjectId('blob', utf8Of('hello\n'), hashing), 'ce013625030ba8dba906f756967f9e9ca394464a'),
  },
  {
    title: 'the pre-authentication encoding of the DSSE specification',
    run: () =>
      same(
        new TextDecoder().decode(preAuthEncoding(utf8Of('hello world'), 'http://example.com/HelloWorld')),
        'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
      ),
  },
  {
    title: 'a pre-authentication encoding counts bytes',
    run: () => same(new TextDecoder().decode(preAuthEncoding(utf8Of('é'), 'ü')), 'DSSEv1 2 ü 2 é'),
  },
  ...encodingCases,
  ...keyCases,
  ...signatureCases,
];
