import { parseArgs } from 'node:util';
import { messageOf } from '../core/errors.js';
import { earlierCode } from './before.js';
import { benchGates } from './gates.js';
import { benchPlan } from './plan.js';
import { type Goal, renderGoals } from './goal.js';
import { benchGrowth } from './growth.js';
import { benchAgainst } from './promotion.js';
import { promotionGoals } from './promotion-goals.js';
import { benchReplay } from './replay.js';
import { benchRound, renderRounds } from './round.js';
import { benchWaiting } from './waiting.js';
import { renderReport } from './report.js';

const usage = `usage: npm run bench [-- promotion|round|growth|waiting|gates|replay|plan] [--json] [--pairs N] [--promotions N] [--before] [--long] [--strict]
  without a name: all of them, with --before
  --pairs       pairs of batches in each series; 5
  --promotions  promotions in a batch of twenty at a time, at least 20; a third of it one at a time; 60
  --before      measures the code before one transaction moved a promotion as well, in turns; minutes more
  --long        5,000 waiting promotions as well; minutes more
  --strict      ends with an error when a goal is missed; without it, a slow machine is none
  --json        one JSON object for each goal on standard output, and nothing else`;

const names = ['promotion', 'round', 'growth', 'waiting', 'gates', 'replay', 'plan'] as const;
type Name = (typeof names)[number];

interface Options {
  readonly which: readonly Name[];
  readonly json: boolean;
  readonly pairs: number;
  readonly promotions: number;
  readonly before: boolean;
  readonly long: boolean;
  readonly strict: boolean;
}

function readOptions(): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        pairs: { type: 'string', default: '5' },
        promotions: { type: 'string', default: '60' },
        before: { type: 'boolean', default: false },
        long: { type: 'boolean', default: false },
        strict: { type: 'boolean', default: false },
      },
    });
    const which = names.filter((name) => positionals.length === 0 || positionals.includes(name));
    const [pairs, promotions] = [Number(values.pairs), Number(values.promotions)];
    const valid =
      positionals.length <= 1 &&
      which.length > 0 &&
      Number.isInteger(pairs) &&
      pairs > 0 &&
      Number.isInteger(promotions) &&
      promotions >= 20;
    const { json, long, strict } = values;
    const before = values.before || which.length > 1;
    return valid ? { which, json, pairs, promotions, before, long, strict } : undefined;
  } catch {
    return undefined;
  }
}

const say = (text: string): void => console.error(text);

/** Runs one benchmark and shows people what it found. @returns its goals */
async function run(name: Name, options: Options, show: (text: string) => void): Promise<readonly Goal[]> {
  switch (name) {
    case 'promotion': {
      const { pairs, promotions } = options;
      const plans = [
        { concurrency: 1, pairs, each: Math.floor(promotions / 3) },
        { concurrency: 20, pairs, each: Math.floor(promotions / 20) },
      ];
      const earlier = options.before ? await earlierCode(say, promotions) : undefined;
      const { report, before } = await benchAgainst(earlier, plans, say);
      show(renderReport(report));
      return promotionGoals(report, before);
    }
    case 'round': {
      const report = await benchRound(say);
      show(renderRounds(report));
      return report.goals;
    }
    case 'growth':
      return benchGrowth(say);
    case 'waiting':
      return benchWaiting(say, options.long);
    case 'gates':
      return benchGates();
    case 'replay':
      return benchReplay(say);
    case 'plan':
      return benchPlan(say);
  }
}

const options = readOptions();
if (options === undefined) {
  console.error(usage);
  process.exit(2);
}
try {
  const goals: Goal[] = [];
  for (const name of options.which) {
    if (options.which.length > 1) say(`== ${name}`);
    goals.push(...(await run(name, options, (text) => (options.json ? undefined : console.log(`${text}\n`)))));
  }
  console.log(options.json ? goals.map((goal) => JSON.stringify(goal)).join('\n') : renderGoals(goals));
  if (options.strict && !goals.every(({ pass }) => pass)) process.exitCode = 1;
} catch (error) {
  console.error(`the benchmark failed: ${messageOf(error)}`);
  process.exitCode = 1;
}
