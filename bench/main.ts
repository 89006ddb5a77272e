import { parseArgs } from 'node:util';
import { messageOf } from '../core/errors.js';
import { benchPromotion } from './promotion.js';
import { renderReport } from './report.js';

const usage = 'usage: npm run bench -- promotion [--json] [--pairs N] [--promotions N]';

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
    const pairs = Number(values.pairs);
    const promotions = Number(values.promotions);
    const valid =
      positionals.length === 1 &&
      positionals[0] === 'promotion' &&
      Number.isInteger(pairs) &&
      pairs > 0 &&
      Number.isInteger(promotions) &&
      promotions >= 20;
    return valid ? { json: values.json, pairs, promotions } : undefined;
  } catch {
    return undefined;
  }
}

const options = readOptions();
if (options === undefined) {
  console.error(
    `${usage}\n  --pairs       pairs of batches in each series; 5\n  --promotions  promotions in a batch of twenty at a time, at least 20; a third of it one at a time; 60\n  --json        one JSON object on standard output`,
  );
  process.exit(2);
}
const { json, pairs, promotions } = options;
try {
  const plans = [
    { concurrency: 1, pairs, each: Math.floor(promotions / 3) },
    { concurrency: 20, pairs, each: Math.floor(promotions / 20) },
  ];
  const report = await benchPromotion(plans, (text) => console.error(text));
  console.log(json ? JSON.stringify(report, null, 2) : renderReport(report));
} catch (error) {
  console.error(`the benchmark failed: ${messageOf(error)}`);
  process.exitCode = 1;
}
