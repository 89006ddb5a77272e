import { sources } from './scripts/folders.mjs';
import { root } from './scripts/setup/paths.mjs';

/**
 * Three groups; `npm test` runs them one after the other (scripts/test/groups.mjs says how many files at a time, and
 * for how long). Pure tests share all cores; tests with a real PostgreSQL or Temporal run two at a time; whole stacks
 * run alone, because each one is a handful of processes with deadlines of its own.
 */
export const common = {
  rootDir: root,
  testEnvironment: 'node',
  injectGlobals: false,
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'mjs', 'js', 'json', 'node'],
  // The sources name the JavaScript that they become; what is here is TypeScript.
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
  watchman: false,
  // The longest that any group allows; the groups' own limits are in scripts/test/groups.mjs.
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
