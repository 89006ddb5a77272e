import { Ajv2020 } from 'ajv/dist/2020.js';
import { didYouMean } from '../did-you-mean.js';
import { type Lane, lanes } from '../lanes.js';
import definitionSchema from '../schemas/definition.schema.json' with { type: 'json' };
import { readYamlFile } from '../yaml-file/read.js';

/** What stands behind a lane. */
export const targetNames = ['embedded-router'] as const;

/** One of the targets. */
export type TargetName = (typeof targetNames)[number];

/** How a product uses a lane. */
export interface LaneDefinition {
  /** The policy whose gates guard it; that of the product, or `default`, if absent. */
  readonly policy?: string;
  readonly target: TargetName;
}

/** A promotion definition: which lanes a product uses, with which targets and policies, and its methodology profile. */
export interface PromotionDefinition {
  readonly kind: 'PromotionDefinition';
  /** The product, or `default` for all that have none of their own. */
  readonly name: string;
  readonly profile?: string;
  readonly lanes: Readonly<Partial<Record<Lane, LaneDefinition>>>;
}

interface DefinitionFile {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly profile?: string;
    readonly lanes: Readonly<Partial<Record<Lane, { readonly policy?: string; readonly target?: string }>>>;
  };
}

const validate = new Ajv2020({ allErrors: true, strict: true, verbose: true }).compile<DefinitionFile>(
  definitionSchema,
);

/**
 * Reads a promotion definition (format: `core/schemas/definition.schema.json`).
 *
 * @throws INVALID_POLICY naming every problem with its file, line and column
 */
export function parseDefinition(text: string, fileName: string): PromotionDefinition {
  const file = readYamlFile(text, {
    ...{ fileName, maxLength: 64 * 1024, validate, code: 'INVALID_POLICY' },
    next: 'correct the file; its format is core/schemas/definition.schema.json',
  });
  const { metadata, spec } = file.value;
  const problems = lanes.flatMap((lane) => {
    const target = spec.lanes[lane]?.target;
    return target === undefined || isTarget(target)
      ? []
      : [
          {
            path: ['spec', 'lanes', lane, 'target'],
            text: `there is no target ${target}; expected one of: ${targetNames.join(', ')}${didYouMean(target, targetNames)}`,
          },
        ];
  });
  if (problems.length > 0) throw file.refuse(problems);
  const used: Partial<Record<Lane, LaneDefinition>> = {};
  for (const lane of lanes) {
    const { policy, target } = spec.lanes[lane] ?? {};
    if (spec.lanes[lane] === undefined) continue;
    used[lane] = {
      target: target !== undefined && isTarget(target) ? target : 'embedded-router',
      ...(policy !== undefined && { policy }),
    };
  }
  return {
    kind: 'PromotionDefinition',
    name: metadata.name,
    lanes: used,
    ...(spec.profile !== undefined && { profile: spec.profile }),
  };
}

function isTarget(name: string): name is TargetName {
  return targetNames.some((known) => known === name);
}
