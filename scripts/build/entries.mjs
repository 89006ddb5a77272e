/** The programs of dist/ and the sources they start from. A self-contained one carries its npm packages inside. */
export const entries = [
  { name: 'lane', source: 'apps/cli/main.ts', selfContained: true },
  { name: 'worker', source: 'workers/main.ts' },
  { name: 'api', source: 'apps/api/main.ts' },
  { name: 'router', source: 'apps/router/main.ts' },
  { name: 'stack', source: 'apps/stack/main.ts' },
  { name: 'demo', source: 'scripts/demo/main.ts' },
  { name: 'bench', source: 'bench/main.ts' },
];

/** Exports every workflow; becomes the bundle that Temporal workers load. */
export const workflowEntry = 'workflows/index.ts';
