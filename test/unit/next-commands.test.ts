import { describe, expect, test } from '@jest/globals';
import { nextCommands, type PhaseOfPromotion } from '../../core/promotion/next-commands.js';

const promotion: PhaseOfPromotion = {
  id: '22693e3b-4fb0-4f1b-88ef-f2f6161e80f4',
  kind: 'PROMOTION',
  product: 'shop',
  lane: 'gold',
  bundle: `sha256:${'4'.repeat(64)}`,
  state: 'FAILED',
};

describe('what to do next about a promotion that failed', () => {
  test('is to promote its bundle again', () => {
    const failed = { ...promotion, error: { code: 'DEPLOY_FAILED' } };
    expect(nextCommands(failed)).toEqual(['lane promote 444444444444 --to gold']);
  });

  test('is to choose another bundle where its own was recalled', () => {
    const recalled = { ...promotion, error: { code: 'BUNDLE_RECALLED' } };
    expect(nextCommands(recalled)).toEqual(['lane get bundles --product shop']);
  });
});
