import { Ajv2020 } from 'ajv/dist/2020.js';
import productSchema from '../schemas/product.schema.json' with { type: 'json' };
import { readYamlFile } from '../yaml-file/read.js';
import type { Path } from '../yaml-file/schema-problems.js';
import type { ProductDefinition, ProductFile } from './product.js';

/** The name of the file at the root of a product's repository. */
export const productFileName = 'lanekeeper.yaml';

/** The largest product file, in characters. */
const maxBytes = 64 * 1024;

const validate = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, verbose: true }).compile<ProductFile>(
  productSchema,
);

/**
 * Reads `lanekeeper.yaml` (`core/schemas/product.schema.json`) and fills in its defaults.
 * @throws INVALID_PRODUCT_FILE with every problem at once: file, line, column, and what was expected
 */
export function parseProductFile(text: string, fileName: string = productFileName): ProductDefinition {
  const file = readYamlFile(text, {
    fileName,
    maxBytes,
    validate,
    code: 'INVALID_PRODUCT_FILE',
    next: `correct ${fileName}, commit it, and release again; its format is described in docs/product-file.md`,
  });
  const problems = problemsOf(file.value);
  if (problems.length > 0) throw file.refuse(problems);
  return withDefaults(file.value);
}

/** What the schema cannot express. */
function problemsOf(file: ProductFile): { path: Path; text: string }[] {
  const { services, sdks = [] } = file.spec;
  const problems: { path: Path; text: string }[] = [];
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
