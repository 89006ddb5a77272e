import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Policy, Profile } from '../../core/policy/layers/document.js';
import { parsePolicy, parseProfile } from '../../core/policy/parse.js';

const folder = fileURLToPath(new URL('../../policies/', import.meta.url));

/** The policy that products have by default. */
export async function defaultPolicy(): Promise<Policy> {
  return parsePolicy(await readFile(join(folder, 'default.yaml'), 'utf8'), 'default.yaml');
}

/** A profile that Lanekeeper brings. */
export async function profileOf(name: 'scrum' | 'safe' | 'togaf'): Promise<Profile> {
  return parseProfile(await readFile(join(folder, 'profiles', `${name}.yaml`), 'utf8'), `profiles/${name}.yaml`);
}

/** A policy with these gates, each in YAML flow style, and what else stands in its spec. */
export function policyWith(gates: readonly string[], rest = '', name = 'p'): Policy {
  const lines = gates.map((gate) => `    - ${gate}`).join('\n');
  return parsePolicy(policyText(lines, rest, name), `${name}.yaml`);
}

/** The text of such a policy. */
export function policyText(lines: string, rest = '', name = 'p'): string {
  return `apiVersion: lanekeeper.dev/v1\nkind: Policy\nmetadata: { name: ${name} }\nspec:\n  gates:\n${lines}\n${rest}`;
}

/** The texts of all documents that Lanekeeper brings. */
export function shippedTexts(): Promise<readonly string[]> {
  const names = ['governance', 'default', 'definitions/default', 'profiles/scrum', 'profiles/safe', 'profiles/togaf'];
  return Promise.all(names.map((name) => readFile(join(folder, `${name}.yaml`), 'utf8')));
}
