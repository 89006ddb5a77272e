import { common } from '../../jest.config.mjs';

/** `npm run record-histories`: records the histories that `replay.test.ts` replays, from real runs. */
export default {
  ...common,
  globalSetup: '<rootDir>/test/support/jest/global-setup.mjs',
  watchman: false,
  testMatch: ['<rootDir>/test/replay/record.ts'],
  testTimeout: 300_000,
};
