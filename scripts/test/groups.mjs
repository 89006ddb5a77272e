/**
 * The groups of tests in their order: how many files run at a time, and how long a test or a hook may take. A group
 * whose files start servers gets a fresh process for each file, so that none inherits what another left running.
 */
export const groups = [
  { name: 'unit', args: ['--maxWorkers=100%', '--testTimeout=30000'] },
  { name: 'services', args: ['--maxWorkers=2', '--testTimeout=120000', '--workerIdleMemoryLimit=1'] },
  { name: 'stacks', args: ['--maxWorkers=1', '--testTimeout=240000', '--workerIdleMemoryLimit=1'] },
];
