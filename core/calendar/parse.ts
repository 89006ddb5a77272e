import { Ajv2020 } from 'ajv/dist/2020.js';
import { LanekeeperError } from '../errors.js';
import { fieldsIn, listIn } from '../loose.js';
import windowSchema from '../schemas/window.schema.json' with { type: 'json' };
import { whyUnseen } from '../unseen.js';
import { readYamlFile } from '../yaml-file/read.js';
import { nameOfPath, type Path, problemsOfSchema } from '../yaml-file/schema-problems.js';
import { normaliseWindow, type WrittenWindow } from './normalise.js';
import { problemsOfWindow } from './problems.js';
import type { Window } from './window.js';

interface WindowDocument {
  readonly metadata: { readonly name: string };
  readonly spec: WrittenWindow;
}

const validate = new Ajv2020({ allErrors: true, strict: true, verbose: true }).compile<WindowDocument>(windowSchema);

/** Of UTF-8: what is signed and kept stays small. */
export const maxWindowBytes = 32 * 1024;

/** How many mistakes of data are told at once. */
const mostTold = 20;

const next = 'correct the window; docs/window-reference.md has every field';

/**
 * Reads the file of a window (format: `core/schemas/window.schema.json`).
 *
 * @throws INVALID_INPUT naming every problem with its file, line and column
 */
export function parseWindow(text: string, fileName: string): Window {
  const file = readYamlFile(text, {
    ...{ fileName, maxBytes: maxWindowBytes, validate, code: 'INVALID_INPUT', next },
    also: ({ value, placeOf }) => beyondSchema(value).map(({ path, text: what }) => ({ ...placeOf(path), text: what })),
  });
  const problems = beyondSchema(file.value);
  if (problems.length > 0) throw file.refuse(problems);
  return normaliseWindow(file.value.metadata.name, file.value.spec);
}

/**
 * Reads a window that is data already, in the form of {@link Window}: from a statement, a row, or another calendar.
 *
 * @param object what it is, for people
 * @throws INVALID_INPUT naming every problem with its field
 */
export function readWindow(value: unknown, object: string): Window {
  const { name, ...spec } = fieldsIn(value);
  const document: unknown = { apiVersion: 'lanekeeper.dev/v1', kind: 'Window', metadata: { name }, spec };
  const isValid = validate(document);
  const ofSchema = isValid ? [] : problemsOfSchema((validate.errors ?? []).slice(0, mostTold)).map(({ text }) => text);
  const problems = [
    ...ofSchema.map((text) => text.replace(/^(?:spec|metadata)(?:\.| (?=has no))/, '')),
    ...beyondSchema(document).map(({ path, text }) =>
      path.length > 1 ? `${nameOfPath(path.slice(1))}: ${text}` : text,
    ),
  ];
  if (isValid && problems.length === 0) return normaliseWindow(document.metadata.name, document.spec);
  throw new LanekeeperError('INVALID_INPUT', {
    message: problems.length === 1 ? `${object} has a mistake` : `${object} has ${problems.length} mistakes`,
    object,
    why: problems.slice(0, mostTold).join('\n'),
    next,
  });
}

interface Placed {
  readonly path: Path;
  readonly text: string;
}

/** The mistakes of a document that its schema cannot express. */
function beyondSchema(document: unknown): readonly Placed[] {
  const { metadata, spec } = fieldsIn(document);
  return [
    ...unseenOf(fieldsIn(metadata)['name'], ['metadata', 'name']),
    ...Object.entries(fieldsIn(spec)).flatMap(([name, value]) => [
      ...unseenOf(value, ['spec', name]),
      ...listIn(value).flatMap((one, index) => unseenOf(one, ['spec', name, index])),
    ]),
    ...problemsOfWindow(spec).map(({ path, text }) => ({ path: ['spec', ...path], text })),
  ];
}

function unseenOf(value: unknown, path: Path): readonly Placed[] {
  const text = typeof value === 'string' ? whyUnseen(value) : undefined;
  return text === undefined ? [] : [{ path, text }];
}
