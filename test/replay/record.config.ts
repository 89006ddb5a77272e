import { defineConfig } from 'vitest/config';

/** `npm run record-histories`: records the histories that `replay.test.ts` replays, from real runs. */
export default defineConfig({
  test: { include: ['test/replay/record.ts'], pool: 'forks', testTimeout: 150_000, hookTimeout: 120_000 },
});
