import { Ajv2020 } from 'ajv/dist/2020.js';
import checklistSchema from '../../schemas/gates/checklist.schema.json' with { type: 'json' };
import evidenceSchema from '../../schemas/gates/evidence.schema.json' with { type: 'json' };
import gateSchema from '../../schemas/gates/gate.schema.json' with { type: 'json' };
import peopleSchema from '../../schemas/gates/people.schema.json' with { type: 'json' };
import timeSchema from '../../schemas/gates/time.schema.json' with { type: 'json' };
import policySchema from '../../schemas/policy.schema.json' with { type: 'json' };
import profileSchema from '../../schemas/profile.schema.json' with { type: 'json' };
import type { Profile } from './document.js';
import type { JsonObject } from './merge.js';

/** An override as files write it. */
export interface OverrideFile {
  readonly id: string;
  readonly when: string;
  readonly set?: readonly GateObject[];
  readonly add?: readonly GateObject[];
  readonly remove?: readonly string[];
}

/** A gate, or what is said about one, as files write it. */
export type GateObject = JsonObject & { readonly id: string };

/** A policy file. */
export interface PolicyFile {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly extends?: string;
    /** Absent where it only changes or removes gates of those that it extends. */
    readonly gates?: readonly GateObject[];
    readonly remove?: readonly string[];
    readonly overrides?: readonly OverrideFile[];
  };
}

/** A profile file. */
export interface ProfileFile {
  readonly metadata: { readonly name: string };
  readonly spec: Pick<Profile, 'title' | 'lexicon' | 'roleMap' | 'timeboxes'> & {
    readonly gates?: readonly GateObject[];
    readonly overrides?: readonly OverrideFile[];
    readonly dashboards?: readonly string[];
  };
}

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, verbose: true });
for (const schema of [peopleSchema, evidenceSchema, checklistSchema, timeSchema, gateSchema]) ajv.addSchema(schema);

/** Checks `core/schemas/policy.schema.json`. */
export const validatePolicy = ajv.compile<PolicyFile>(policySchema);

/** Checks `core/schemas/profile.schema.json`. */
export const validateProfile = ajv.compile<ProfileFile>(profileSchema);
