import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import productSchema from '../schemas/product.schema.json' with { type: 'json' };
import { LanekeeperError, messageOf } from '../errors.js';
import type { ProductDefinition, ProductFile } from './product.js';

/** The name of the file at the root of a product's repository. */
export const productFileName = 'lanekeeper.yaml';

/** The largest product file, in characters. */
const maxLength = 64 * 1024;
const maxProblems = 20;

const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, verbose: true }).compile<ProductFile>(
  productSchema,
);

/** A mistake, and where it is. */
interface Problem {
  readonly line: number;
  readonly text: string;
}

/**
 * Reads `lanekeeper.yaml` (`core/schemas/product.schema.json`) and fills in its defaults.
 * @throws INVALID_PRODUCT_FILE with every problem at once: file, line, and what was expected
 */
export function parseProductFile(text: string, fileName: string = productFileName): ProductDefinition {
  if (text.length > maxLength)
    throw invalid(fileName, [{ line: 1, text: `the file is longer than ${String(maxLength)} characters` }]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw invalid(
      fileName,
      document.errors.map((error) => ({ line: lines.linePos(error.pos[0]).line, text: error.message })),
    );
  }
  const value = toJs(document, fileName);
  if (!validate(value))
    throw invalid(
      fileName,
      describe(validate.errors ?? [], (path) => lineOf(document, lines, path)),
    );
  const problems = problemsOf(value).map(({ path, text: what }) => ({
    line: lineOf(document, lines, path),
    text: what,
  }));
  if (problems.length > 0) throw invalid(fileName, problems);
  return withDefaults(value);
}

function toJs(document: Document, fileName: string): unknown {
  try {
    // Few aliases are allowed, so that a small file cannot expand into a large value.
    return document.toJS({ maxAliasCount: 10 });
  } catch (error) {
    throw invalid(fileName, [{ line: 1, text: messageOf(error) }]);
  }
}

/** What the schema cannot express. */
function problemsOf(file: ProductFile): { path: readonly (string | number)[]; text: string }[] {
  const { services, sdks = [] } = file.spec;
  const problems: { path: readonly (string | number)[]; text: string }[] = [];
  const names = [...services, ...sdks].map((part) => part.name);
  names.forEach((name, index) => {
    if (names.indexOf(name) === index) return;
    const path =
      index < services.length ? ['spec', 'services', index, 'name'] : ['spec', 'sdks', index - services.length, 'name'];
    problems.push({ path, text: `duplicate name ${name}; each service and SDK needs its own` });
  });
  if (services.length > 1 && !services.some((service) => service.route === true)) {
    problems.push({
      path: ['spec', 'services'],
      text: 'no service has `route: true`; expected at least one for the lane URL to lead to',
    });
  }
  return problems;
}

function withDefaults(file: ProductFile): ProductDefinition {
  const { services, sdks, plan, methodology, network, timeouts } = file.spec;
  return {
    name: file.metadata.name,
    services: services.map((service) => ({
      name: service.name,
      path: service.path,
      nodeMajor: service.node ?? 20,
      build: service.build ?? [],
      entry: service.entry,
      ...(service.include !== undefined && { include: service.include }),
      health: service.health ?? '/healthz',
      test: service.test,
      route: service.route ?? services.length === 1,
    })),
    sdks: (sdks ?? []).map((sdk) => ({ ...sdk, build: sdk.build ?? [] })),
    ...(plan !== undefined && { plan }),
    ...(methodology !== undefined && { methodology }),
    ...(network !== undefined && { network }),
    timeouts: { buildSeconds: timeouts?.buildSeconds ?? 600, testSeconds: timeouts?.testSeconds ?? 300 },
  };
}

function describe(errors: readonly ErrorObject[], lineAt: (path: readonly (string | number)[]) => number): Problem[] {
  return errors.map((error) => {
    const path = error.instancePath
      .split('/')
      .slice(1)
      .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    const extra: unknown = error.keyword === 'additionalProperties' ? error.params['additionalProperty'] : undefined;
    const where = typeof extra === 'string' ? [...path, extra] : path;
    return { line: lineAt(where), text: `${nameOf(where)} ${expectation(error)}` };
  });
}

function expectation(error: ErrorObject): string {
  const { params } = error;
  switch (error.keyword) {
    case 'additionalProperties':
      return `is unknown here; expected one of: ${Object.keys(propertiesOf(error.parentSchema)).join(', ')}`;
    case 'required':
      return `has no ${String(params['missingProperty'])}; expected one`;
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`;
    case 'enum':
      return `must be one of: ${JSON.stringify(params['allowedValues'])}`;
    case 'pattern':
      return `has an invalid format; expected ${descriptionOf(error.parentSchema) ?? String(params['pattern'])}`;
    default:
      return error.message ?? 'is invalid';
  }
}

function propertiesOf(schema: unknown): object {
  return typeof schema === 'object' &&
    schema !== null &&
    'properties' in schema &&
    typeof schema.properties === 'object' &&
    schema.properties !== null
    ? schema.properties
    : {};
}

function descriptionOf(schema: unknown): string | undefined {
  return typeof schema === 'object' &&
    schema !== null &&
    'description' in schema &&
    typeof schema.description === 'string'
    ? schema.description
    : undefined;
}

function nameOf(path: readonly (string | number)[]): string {
  if (path.length === 0) return 'the file';
  return path.reduce<string>(
    (name, part) => (typeof part === 'number' ? `${name}[${String(part)}]` : name === '' ? part : `${name}.${part}`),
    '',
  );
}

/** The line of the key at a path, or of the nearest element above it. */
function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[]): number {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === last) : undefined;
  const found: unknown = pair?.key ?? document.getIn(path, true);
  const offset = isNode(found) ? found.range?.[0] : undefined;
  if (offset !== undefined) return lines.linePos(offset).line;
  return path.length === 0 ? 1 : lineOf(document, lines, path.slice(0, -1));
}

function invalid(fileName: string, problems: readonly Problem[]): LanekeeperError {
  const shown = [...problems].sort((a, b) => a.line - b.line).slice(0, maxProblems);
  const first = shown[0]?.line ?? 1;
  return new LanekeeperError('INVALID_PRODUCT_FILE', {
    message:
      problems.length === 1 ? `${fileName} has a mistake` : `${fileName} has ${String(problems.length)} mistakes`,
    object: `${fileName}:${String(first)}`,
    why: shown.map((problem) => `${fileName}:${String(problem.line)}: ${problem.text}`).join('\n'),
    next: `correct ${fileName}, commit it, and release again; its format is described in docs/product-file.md`,
  });
}
