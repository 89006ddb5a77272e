import { Ajv2020 } from 'ajv/dist/2020.js';
import planSchema from '../schemas/plan.schema.json' with { type: 'json' };
import type { Digest } from '../digest.js';
import { LanekeeperError, messageOf } from '../errors.js';
import { digestOfJson } from '../hash.js';

/** The part of a plan that is in the manifest. */
export interface PlanSummary {
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
  /** The tools that the plan may use, sorted. */
  readonly toolGrants: readonly string[];
  /** sha256 of the canonical payload: proves that what ran is what was reviewed, whatever the file's layout. */
  readonly fingerprint: Digest;
}

interface PlanFile {
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
  readonly tools: readonly { readonly name: string }[];
}

const maxLength = 1024 * 1024;

const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile<PlanFile>(planSchema);

/** Reads a plan file (`core/schemas/plan.schema.json`). @throws INVALID_PRODUCT_FILE naming every problem */
export function parsePlan(text: string, fileName: string): PlanSummary {
  if (text.length > maxLength) throw invalid(fileName, `it is longer than ${String(maxLength)} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(fileName, messageOf(error));
  }
  if (!validate(value))
    throw invalid(
      fileName,
      (validate.errors ?? [])
        .map((error) => `${error.instancePath || '/'} ${error.message ?? 'is invalid'}`)
        .join('; '),
    );
  return {
    metadata: value.metadata,
    toolGrants: [...new Set(value.tools.map((tool) => tool.name))].sort(),
    fingerprint: digestOfJson(value),
  };
}

function invalid(fileName: string, why: string): LanekeeperError {
  return new LanekeeperError('INVALID_PRODUCT_FILE', {
    message: `${fileName} is not a valid plan`,
    object: fileName,
    why,
    next: 'correct the file; docs/product-file.md describes its format',
  });
}
