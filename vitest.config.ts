import { defineConfig } from 'vitest/config';

const limits = { hookTimeout: 120_000, teardownTimeout: 30_000 };

/**
 * Three groups, one after the other. Pure tests share all cores; tests with a real PostgreSQL or Temporal run two at a time; whole
 * stacks run alone, because each one is a handful of processes with deadlines of its own.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 20_000, ...limits, sequence: { groupOrder: 0 } },
      },
      {
        test: {
          name: 'services',
          include: ['test/**/*.test.ts'],
          exclude: ['test/unit/**', 'test/e2e/**', 'test/crash/**'],
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: 60_000,
          ...limits,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', 'test/crash/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: 240_000,
          ...limits,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
