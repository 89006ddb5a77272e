import { parseArgs } from 'node:util';
import { messageOf } from '../core/errors.js';
import { renderGoals } from './goal.js';
import { benchGrowth } from './growth.js';
import { benchPromotion } from './promotion.js';
import { benchRound, renderRounds } from './round.js';
import { renderReport } from './report.js';

const usage =
  'usage: npm run bench -- promotion [--json] [--pairs N] [--promotions N]\n       npm run bench -- round [--json]\n       npm run bench -- growth [--json]';

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        pairs: { type: 'string', default: '5' },
        promotions: { type: 'string', default: '60' },
      },
    });
    const [what] = positionals;
    const pairs = Number(values.pairs);
    const promotions = Number(values.promotions);
    const valid =
      positionals.length === 1 &&
      (what === 'promotion' || what === 'round' || what === 'growth') &&
      Number.isInteger(pairs) &&
      pairs > 0 &&
      Number.isInteger(promotions) &&
      promotions >= 20;
    return valid ? { what, json: values.json, pairs, promotions } : undefined;
  } catch {
    return undefined;
  }
}

const options = readOptions();
if (options === undefined) {
  console.error(
    `${usage}\n  --pairs       pairs of batches in each series; 5\n  --promotions  promotions in a batch of twenty at a time, at least 20; a third of it one at a time; 60\n  --json        one JSON object on standard output; growth prints one for each goal`,
  );
  process.exit(2);
}
const { what, json, pairs, promotions } = options;
const say = (text: string): void => console.error(text);
try {
  if (what === 'round') {
    const report = await benchRound(say);
    console.log(json ? JSON.stringify(report, null, 2) : renderRounds(report));
  } else if (what === 'growth') {
    const goals = await benchGrowth(say);
    console.log(json ? goals.map((goal) => JSON.stringify(goal)).join('\n') : renderGoals(goals));
    if (!goals.every(({ pass }) => pass)) process.exitCode = 1;
  } else {
    const report = await benchPromotion(plansOf(), say);
    console.log(json ? JSON.stringify(report, null, 2) : renderReport(report));
  }
} catch (error) {
  console.error(`the benchmark failed: ${messageOf(error)}`);
  process.exitCode = 1;
}

function plansOf() {
  return [
    { concurrency: 1, pairs, each: Math.floor(promotions / 3) },
    { concurrency: 20, pairs, each: Math.floor(promotions / 20) },
  ];
}
