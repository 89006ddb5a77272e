import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LanekeeperError } from '../../core/errors.js';
import type { Policy, RuleLayers } from '../../core/policy/layers/document.js';
import { parsePolicy } from '../../core/policy/parse.js';

/** Where policies come from. */
export interface PolicySource {
  /** What applies to a product: its own `<product>.yaml`, else `default.yaml`. @throws INVALID_POLICY, CONFIGURATION */
  rulesOf(product: string): Promise<RuleLayers>;
}

/**
 * Policies as files in a folder. Read again each time, and parsed again when the text is another one; a policy in use is
 * pinned by digest and not affected by an edit.
 */
export function openPolicyFolder(folder: string): PolicySource {
  const parsed = new Map<string, { readonly text: string; readonly policy: Policy }>();
  const parse = (text: string, name: string): Policy => {
    const known = parsed.get(name);
    if (known?.text === text) return known.policy;
    const policy = parsePolicy(text, name);
    parsed.set(name, { text, policy });
    return policy;
  };
  return {
    async rulesOf(product) {
      for (const name of [`${product}.yaml`, 'default.yaml']) {
        const path = join(folder, name);
        const text = existsSync(path) ? await readFile(path, 'utf8') : undefined;
        if (text !== undefined) return { policies: [parse(text, name)] };
      }
      throw new LanekeeperError('CONFIGURATION', {
        message: 'no policy was found',
        object: `default.yaml in ${folder}`,
        next: 'restore policies/default.yaml',
      });
    },
  };
}
