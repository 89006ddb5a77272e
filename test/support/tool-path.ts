import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A program that set-up found. */
export function toolPath(name: 'temporal' | 'cosign' | 'temporalTestServer'): string {
  const tools = join(import.meta.dirname, '../../dist/tools.json');
  if (!existsSync(tools)) throw new Error('dist/tools.json is missing: run npm run setup');
  const path = (JSON.parse(readFileSync(tools, 'utf8')) as Record<string, string | undefined>)[name];
  if (path === undefined) throw new Error(`set-up did not find ${name}: run node scripts/setup/main.mjs --for test`);
  return path;
}
