import { textIfUtf8 } from '../bytes.js';
import { type Digest, isDigest } from '../digest.js';
import { BundleProblem } from './folder.js';

/** The digests that an image manifest names: its configuration and its layers. @throws BundleProblem */
export function namedIn(imageManifest: Uint8Array): readonly Digest[] {
  let value: unknown;
  try {
    value = JSON.parse(textOf(imageManifest));
  } catch {
    throw malformed('the image manifest is not JSON');
  }
  const descriptors =
    typeof value === 'object' && value !== null
      ? [Reflect.get(value, 'config'), Reflect.get(value, 'layers')].flat()
      : [];
  return descriptors.map((descriptor: unknown) => {
    const digest: unknown =
      typeof descriptor === 'object' && descriptor !== null ? Reflect.get(descriptor, 'digest') : undefined;
    return isDigest(digest) ? digest : malformedDigest();
  });
}

/** The text of a file. @throws BundleProblem */
export function textOf(bytes: Uint8Array): string {
  const text = textIfUtf8(bytes);
  if (text === undefined) throw malformed('it is not text in UTF-8');
  return text;
}

function malformedDigest(): never {
  throw malformed('the image manifest names something that is not a digest');
}

function malformed(why: string): BundleProblem {
  return new BundleProblem('malformed', why);
}
