/**
 * The folders of the repository and the arrows between them: the one list that the build, the checks, the linter and
 * the tests read. ARCHITECTURE.md ("Who owns what") explains it.
 */

/**
 * Each folder of the product, with what it may import besides itself. `undefined` means everything: these folders put
 * the parts together.
 */
export const arrows = {
  core: [],
  'sdk/typescript': [],
  'temporal-config': [],
  workflows: ['core', 'temporal-config'],
  activities: ['core', 'store', 'adapters', 'temporal-config'],
  adapters: ['core'],
  store: ['core'],
  'apps/api': [
    ...['sdk/typescript', 'core', 'store', 'adapters/content-store', 'adapters/sigstore', 'adapters/http'],
    ...['adapters/hash', 'temporal-config'],
    ...['activities/policy', 'activities/run/history-json[.]ts', 'workflows/[^/]+/contract[.]ts'],
  ],
  'apps/cli': [
    ...['sdk/typescript', 'core', 'adapters/sigstore', 'adapters/hash', 'adapters/policy-(folder|cases)[.]ts'],
    'temporal-config',
  ],
  'apps/dashboard': ['sdk/typescript', 'core', 'adapters/webcrypto'],
  'apps/router': ['core', 'store', 'adapters'],
  'apps/enrolment': [
    'sdk/typescript',
    'core',
    'store',
    'adapters/sigstore',
    'adapters/http',
    'activities/policy/(policy-book|rule-source)[.]ts',
    'apps/api/(errors|enrolment|governance|restriction|transformation)',
  ],
  'apps/ui-proxy': ['core', 'adapters/http'],
  'apps/stack': undefined,
  workers: undefined,
};

/** The folders of the product. */
export const product = Object.keys(arrows);

/** The folders that no other folder imports: they put the parts together. */
export const compositionRoots = product.filter((folder) => arrows[folder] === undefined || folder === 'apps/router');

/** Sources around the product, in TypeScript or JavaScript. */
export const around = ['bench', 'scripts', 'test'];

/** Every folder with sources of our own. */
export const sources = [...product, ...around];

/** Folders that checks and tests ignore, at any depth. */
export const ignored = ['node_modules', 'dist', 'coverage', '.git', '.lanekeeper', '.lanekeeper-demo'];

/** The code generated from the contracts. */
export const generated = 'sdk/typescript/gen';
