import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { root } from '../setup/paths.mjs';

const schemas = join(root, 'core', 'schemas');
/** What a schema says of a field that a gate needs, and that each of its layers may leave to others. */
const neededOfWhole = 'A gate needs it once its layers are together.';

/** The beginning of the ids of schemas. */
const home = 'https://lanekeeper.dev/schemas/';

const read = new Map();

/** A JSON Schema of core/schemas by its name there, such as `gates/gate.schema.json`. */
export async function readSchema(name) {
  if (!read.has(name)) read.set(name, JSON.parse(await readFile(join(schemas, name), 'utf8')));
  return read.get(name);
}

/** What a reference means: the schema, the file that it is in, and its own name. */
async function follow(reference, file) {
  const [path, pointer = ''] = reference.split('#');
  const target = path === '' ? file : path.startsWith(home) ? path.slice(home.length) : join(dirname(file), path);
  const keys = pointer.split('/').slice(1);
  const schema = keys.reduce((part, key) => part?.[key], await readSchema(target));
  if (schema === undefined) throw new Error(`core/schemas/${file}: there is no ${reference}`);
  return { schema, file: target, name: keys.at(-1) };
}

/** A part of a schema, with what a reference in it means; what stands beside the reference counts first. */
async function resolved(schema, file) {
  if (schema.$ref === undefined) return { schema, file };
  const { $ref, ...beside } = schema;
  const target = await follow($ref, file);
  return { ...target, schema: { ...target.schema, ...beside } };
}

/**
 * Every field of a schema, in its order: path, whether it must be there, and what its schema says.
 *
 * @param apart the names of definitions that have a table of their own; a field of one is not taken apart, and says `part`
 */
export async function fieldsOf(schema, file, apart, path = '') {
  const fields = [];
  for (const [name, given] of Object.entries(schema.properties ?? {}))
    fields.push(...(await fieldOf(given, file, apart, member(path, name), schema.required?.includes(name) ?? false)));
  if (typeof schema.additionalProperties === 'object')
    fields.push(...(await fieldOf(schema.additionalProperties, file, apart, member(path, 'NAME'), false)));
  return fields;
}

async function fieldOf(given, file, apart, path, required) {
  const own = await resolved(given, file);
  // What a layer may leave to those below cannot be `required` of each layer.
  const field = { path, required: required || own.schema.$comment === neededOfWhole, schema: own.schema };
  if (apart.includes(own.name)) return [{ ...field, part: own.name }];
  if (own.schema.items === undefined) return [field, ...(await fieldsOf(own.schema, own.file, apart, path))];
  const items = await resolved(own.schema.items, own.file);
  const whole = { ...field, schema: { ...own.schema, items: items.schema } };
  if (apart.includes(items.name)) return [{ ...whole, part: items.name }];
  return [whole, ...(await fieldsOf(items.schema, items.file, apart, `${path}[]`))];
}

function member(path, name) {
  return path === '' ? name : `${path}.${name}`;
}
