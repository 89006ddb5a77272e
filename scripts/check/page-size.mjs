import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDashboard, dashboardFolder } from '../build/dashboard.mjs';

/** How much script a screen may need when it is the first that somebody opens: bytes as they are sent. */
const limitBytes = 200 * 1024;

/** The screens of the page that need more script at their first load than is allowed. */
export async function findHeavyScreens() {
  const folder = await mkdtemp(join(tmpdir(), 'lanekeeper-page-'));
  try {
    await buildDashboard(folder);
    const page = join(folder, dashboardFolder);
    const manifest = JSON.parse(await readFile(join(page, '.vite', 'manifest.json'), 'utf8'));
    const entry = manifest['index.html'];
    const problems = [];
    for (const screen of entry.dynamicImports) {
      const files = new Set([...filesOf(manifest, 'index.html'), ...filesOf(manifest, screen)]);
      const sizes = await Promise.all([...files].map(async (file) => (await stat(join(page, `${file}.gz`))).size));
      const bytes = sizes.reduce((sum, size) => sum + size, 0);
      if (bytes > limitBytes)
        problems.push(
          `apps/dashboard/${screen}: ${Math.ceil(bytes / 1024)} KiB of script, the limit is ${limitBytes / 1024}`,
        );
    }
    return problems;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The scripts of a part of the page, with all that it imports at once. */
function filesOf(manifest, name, seen = new Set()) {
  if (seen.has(name)) return [];
  seen.add(name);
  const { file, imports = [] } = manifest[name];
  return [file, ...imports.flatMap((each) => filesOf(manifest, each, seen))];
}
