import { Ajv2020 } from 'ajv/dist/2020.js';
import { didYouMean } from '../did-you-mean.js';
import { type Lane, lanes } from '../lanes.js';
import definitionSchema from '../schemas/definition.schema.json' with { type: 'json' };
import type { Origin } from '../policy/layers/merge.js';
import type { SaysSteps } from '../promotion/lane-steps.js';
import { readYamlFile } from '../yaml-file/read.js';
import { readSteps, type StepProblem, type WrittenStep } from './definition-steps.js';

/** What stands behind a lane. */
export const targetNames = ['embedded-router'] as const;

/** One of the targets. */
export type TargetName = (typeof targetNames)[number];

/** How a product uses a lane. */
export interface LaneDefinition extends SaysSteps {
  /** The policy whose gates guard it; that of the product, or `default`, if absent. */
  readonly policy?: string;
  /** Where the policy is named, if one is. */
  readonly policyAt?: Origin;
  readonly target: TargetName;
}

/** A promotion definition: which lanes a product uses, with which targets and policies, and its methodology profile. */
export interface PromotionDefinition {
  readonly kind: 'PromotionDefinition';
  /** The product, or `default` for all that have none of their own. */
  readonly name: string;
  readonly profile?: string;
  /** Where the profile is named, if one is. */
  readonly profileAt?: Origin;
  readonly lanes: Readonly<Partial<Record<Lane, LaneDefinition>>>;
}

interface DefinitionFile {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly profile?: string;
    readonly lanes: Readonly<Partial<Record<Lane, WrittenLane>>>;
  };
}

interface WrittenLane {
  readonly policy?: string;
  readonly target?: string;
  readonly steps?: readonly WrittenStep[];
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
    ...{ fileName, maxBytes: 64 * 1024, validate, code: 'INVALID_POLICY' },
    next: 'correct the file; docs/policy-reference.md has every field',
  });
  const { metadata, spec } = file.value;
  const problems: StepProblem[] = [];
  const at = (path: readonly string[]): Origin => ({ file: fileName, ...file.placeOf(path) });
  const used: Partial<Record<Lane, LaneDefinition>> = {};
  for (const lane of lanes) {
    const written = spec.lanes[lane];
    if (written === undefined) continue;
    const read = readLane(written, lane);
    if ('problems' in read) problems.push(...read.problems);
    else {
      const { policy } = read.lane;
      used[lane] = {
        ...read.lane,
        ...(policy !== undefined && { policyAt: at(['spec', 'lanes', lane, 'policy']) }),
      };
    }
  }
  if (problems.length > 0) throw file.refuse(problems);
  return {
    kind: 'PromotionDefinition',
    name: metadata.name,
    lanes: used,
    ...(spec.profile !== undefined && { profile: spec.profile, profileAt: at(['spec', 'profile']) }),
  };
}

function readLane(
  { policy, target = 'embedded-router', steps }: WrittenLane,
  lane: Lane,
): { readonly lane: LaneDefinition } | { readonly problems: readonly StepProblem[] } {
  const path = ['spec', 'lanes', lane];
  const read: SaysSteps | { readonly problems: readonly StepProblem[] } =
    steps === undefined ? {} : readSteps(steps, lane, [...path, 'steps']);
  const problems = 'problems' in read ? read.problems : [];
  if (!isTarget(target))
    return {
      problems: [
        {
          path: [...path, 'target'],
          text: `there is no target ${target}; expected one of: ${targetNames.join(', ')}${didYouMean(target, targetNames)}`,
        },
        ...problems,
      ],
    };
  if ('problems' in read) return { problems };
  return { lane: { target, ...(policy !== undefined && { policy }), ...read } };
}

function isTarget(name: string): name is TargetName {
  return targetNames.some((known) => known === name);
}
