import { sources } from './scripts/folders.mjs';
import { root } from './scripts/setup/paths.mjs';

/**
 * Three groups, which `npm test` runs one after another (scripts/test/groups.mjs sets how many files run at a time, and
 * the time limits). Pure tests share all cores. Files with a real PostgreSQL or Temporal, and whole stacks, wait for
 * others much of the time, and more of them run at once than there are cores to compute.
 */
export const common = {
  rootDir: root,
  testEnvironment: 'node',
  // Jest's default is a predictable folder in the shared /tmp, where another user could put code for it to run.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  injectGlobals: false,
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'mjs', 'js', 'json', 'node'],
  // Imports name the compiled JavaScript files; the sources are TypeScript.
  moduleNameMapper: { '^(\\.{1,2}/.+)\\.js$': '$1' },
  roots: sources.map((folder) => `<rootDir>/${folder}`),
  setupFilesAfterEnv: ['<rootDir>/test/support/jest/setup.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript' },
          transform: { verbatimModuleSyntax: true },
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

export default {
  globalSetup: '<rootDir>/test/support/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/jest/global-teardown.mjs',
  watchman: false,
  // The longest limit of any group; each group's own limit is in scripts/test/groups.mjs.
  testTimeout: 240_000,
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/test/unit/**/*.test.ts'] },
    {
      ...common,
      displayName: 'services',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['<rootDir>/test/(unit|e2e|crash)/'],
    },
    { ...common, displayName: 'stacks', testMatch: ['<rootDir>/test/(e2e|crash)/**/*.test.ts'] },
  ],
};
