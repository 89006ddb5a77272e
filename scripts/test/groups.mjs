/**
 * The test groups in the order they run: how many files run at a time, and how long a test or a hook may take. Groups
 * whose files start servers use a new process for each file, so that no file inherits what another left running.
 */
export const groups = [
  { name: 'unit', args: ['--maxWorkers=100%', '--testTimeout=30000'] },
  { name: 'services', args: ['--maxWorkers=3', '--testTimeout=300000', '--workerIdleMemoryLimit=1'] },
  { name: 'stacks', args: ['--maxWorkers=2', '--testTimeout=240000', '--workerIdleMemoryLimit=1'] },
];
