import { Ajv2020 } from 'ajv/dist/2020.js';
import transformationSchema from '../schemas/transformation.schema.json' with { type: 'json' };
import { unseenIn } from '../unseen.js';
import { readYamlFile } from '../yaml-file/read.js';
import type { NamedTransformation } from './model.js';
import { normaliseSpec, problemsOfSpec, type WrittenSpec } from './normalise.js';

const validate = new Ajv2020({ allErrors: true, strict: true, verbose: true }).compile<{
  readonly metadata: { readonly name: string };
  readonly spec: WrittenSpec;
}>(transformationSchema);

/** Of UTF-8: what is signed and kept stays small. */
const maxBytes = 512 * 1024;

/**
 * Reads the file of a transformation (format: `core/schemas/transformation.schema.json`).
 *
 * @throws INVALID_INPUT naming every problem with its file, line and column
 */
export function parseTransformation(text: string, fileName: string): NamedTransformation {
  const file = readYamlFile(text, {
    ...{ fileName, maxBytes, validate, code: 'INVALID_INPUT' },
    next: 'correct the file; docs/transformation-reference.md has every field',
  });
  const { metadata, spec } = file.value;
  const problems = [...problemsOfSpec(spec), ...unseenIn(spec)].map(({ path, text: what }) => ({
    path: ['spec', ...path],
    text: what,
  }));
  if (problems.length > 0) throw file.refuse(problems);
  return { name: metadata.name, spec: normaliseSpec(metadata.name, spec) };
}
