/** The programs in dist/ and their entry points. A self-contained program includes its npm packages. */
export const entries = [
  { name: 'lane', source: 'apps/cli/main.ts', selfContained: true },
  { name: 'worker', source: 'workers/main.ts' },
  { name: 'api', source: 'apps/api/main.ts' },
  { name: 'replay-thread', source: 'apps/api/replay/thread.ts', selfContained: true },
  { name: 'enrolment', source: 'apps/enrolment/main.ts' },
  { name: 'ui-proxy', source: 'apps/ui-proxy/main.ts' },
  { name: 'router', source: 'apps/router/main.ts' },
  { name: 'stack', source: 'apps/stack/main.ts' },
  { name: 'demo', source: 'scripts/demo/main.ts' },
  { name: 'bench', source: 'bench/main.ts' },
];

/** The programs in dist/test/, which crash tests start in the place of those above. */
export const testEntries = [
  { name: 'worker', source: 'test/support/faults/worker.ts' },
  { name: 'stack', source: 'test/support/faults/stack.ts' },
];

/** Exports every workflow; becomes the bundle that Temporal workers load. */
export const workflowEntry = 'workflows/index.ts';
export const payloadConverter = 'workflows/payload-converter.ts';
export const failureConverter = 'workflows/failure-converter.ts';
