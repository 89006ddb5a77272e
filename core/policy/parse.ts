import { lanes } from '../lanes.js';
import { type Problem, readYamlFile, type YamlFile } from '../yaml-file/read.js';
import type { Path } from '../yaml-file/schema-problems.js';
import { completeGate } from './layers/complete.js';
import { contradictionsIn } from './layers/contradictions.js';
import {
  type DashboardName,
  dashboardNames,
  type Layer,
  type NamedAt,
  type Override,
  type Policy,
  type Profile,
} from './layers/document.js';
import { type GatePatch, layOver, type Origin } from './layers/merge.js';
import { ruleProblems, rulesOfRefused } from './layers/rule-problems.js';
import {
  type GateObject,
  type OverrideFile,
  type PolicyFile,
  type ProfileFile,
  validatePolicy,
  validateProfile,
} from './layers/schemas.js';

/** The largest policy file, in bytes of UTF-8. */
const maxPolicyBytes = 256 * 1024;

/**
 * Reads a policy file (format: `core/schemas/policy.schema.json`).
 *
 * @throws INVALID_POLICY naming every problem with its file, line and column
 */
export function parsePolicy(text: string, fileName: string): Policy {
  const file = readYamlFile<PolicyFile>(text, termsOf(fileName, validatePolicy));
  const { metadata, spec } = file.value;
  // What lies over others is complete only together with them.
  const layer = layerOf(file, spec, spec.extends === undefined);
  const named = spec.extends === undefined ? {} : { extends: namedAt(file, spec.extends, ['spec', 'extends']) };
  return { kind: 'Policy', name: metadata.name, ...named, ...layer };
}

/**
 * Reads a methodology profile (format: `core/schemas/profile.schema.json`).
 *
 * @throws INVALID_POLICY naming every problem with its file, line and column
 */
export function parseProfile(text: string, fileName: string): Profile {
  const file = readYamlFile<ProfileFile>(text, termsOf(fileName, validateProfile));
  const { metadata, spec } = file.value;
  const { title, lexicon, roleMap, timeboxes } = spec;
  const dashboards = (spec.dashboards ?? ['lanes']).filter(isDashboard);
  const said = { gates: spec.gates ?? [], ...(spec.overrides && { overrides: spec.overrides }) };
  const layer = layerOf(file, said, true);
  return { kind: 'Profile', name: metadata.name, title, lexicon, roleMap, timeboxes, dashboards, ...layer };
}

/** Profiles may name panels that there are not yet. */
function isDashboard(name: string): name is DashboardName {
  return dashboardNames.some((known) => known === name);
}

function termsOf<Validate>(fileName: string, validate: Validate) {
  const next = 'correct the file; docs/policy-reference.md has every field';
  return {
    fileName,
    maxBytes: maxPolicyBytes,
    validate,
    code: 'INVALID_POLICY',
    next,
    also: rulesOfRefused,
  } as const;
}

type File = Pick<YamlFile<unknown>, 'fileName' | 'placeOf' | 'scalarAt' | 'refuse'>;

/** @param isWhole whether its gates have to be complete by themselves */
function layerOf(file: File, spec: PolicyFile['spec'], isWhole: boolean): Omit<Layer, 'name'> {
  const layer = {
    fileName: file.fileName,
    gates: (spec.gates ?? []).map((gate, index) => patchOf(file, gate, ['spec', 'gates', index])),
    remove: (spec.remove ?? []).map((id, index) => namedAt(file, id, ['spec', 'remove', index])),
    overrides: (spec.overrides ?? []).map((override, index) =>
      overrideOf(file, override, ['spec', 'overrides', index]),
    ),
  };
  const problems: readonly Problem[] = [
    ...duplicates(layer.gates, 'gate'),
    ...layer.overrides.flatMap(({ add }) => duplicates(add, 'gate')),
    ...duplicates(layer.overrides.map(nameOnly), 'override'),
    ...ruleProblems(file, spec),
    ...contradictionsIn(layer.overrides),
    ...(isWhole ? incompleteGates(layer) : []),
  ];
  if (problems.length > 0) throw file.refuse(problems);
  return layer;
}

function patchOf(file: File, { id, ...value }: GateObject, path: Path, override?: string): GatePatch {
  return {
    id,
    // A word for all lanes stands for each of them, so that a layer can replace that of one.
    value:
      typeof value['severity'] === 'string'
        ? { ...value, severity: Object.fromEntries(lanes.map((lane) => [lane, value['severity'] as string])) }
        : value,
    originOf: (inner) => originAt(file, [...path, ...inner], override),
  };
}

function overrideOf(file: File, { id, when, set = [], add = [], remove = [] }: OverrideFile, path: Path): Override {
  const patches = (gates: readonly GateObject[], member: string) =>
    gates.map((gate, index) => patchOf(file, gate, [...path, member, index], id));
  return {
    ...{ id, when, origin: originAt(file, [...path, 'when']), set: patches(set, 'set'), add: patches(add, 'add') },
    remove: remove.map((gate, index) => namedAt(file, gate, [...path, 'remove', index])),
  };
}

function namedAt(file: File, id: string, path: Path): NamedAt {
  return { id, origin: originAt(file, path) };
}

function originAt(file: File, path: Path, override?: string): Origin {
  return { file: file.fileName, ...file.placeOf(path), ...(override !== undefined && { override }) };
}

function nameOnly({ id, origin }: NamedAt): Pick<GatePatch, 'id' | 'originOf'> {
  return { id, originOf: () => origin };
}

function duplicates(
  named: readonly Pick<GatePatch, 'id' | 'originOf'>[],
  what: 'gate' | 'override',
): readonly Problem[] {
  const seen = new Set<string>();
  return named.flatMap(({ id, originOf }) => {
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [{ ...originOf(['id']), text: `duplicate ${what} ${id}` }];
  });
}

/** Gates that refine none have to be complete; whether those that refine others are is known where their layers are. */
function incompleteGates({ gates }: Pick<Layer, 'gates'>): readonly Problem[] {
  return gates
    .filter(({ value }) => value['type'] !== undefined)
    .flatMap((patch) => {
      const completed = completeGate(layOver(undefined, patch), 'gold', {});
      return 'gate' in completed ? [] : completed.problems.map(({ path, text }) => ({ ...patch.originOf(path), text }));
    });
}
