import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { repositoryRoot } from '../apps/stack/config.js';
import { median } from './numbers.js';
import type { SeriesPlan } from './series.js';

/** The last commit before one transaction moved a promotion as far as it goes, whose benchmark is like that of today. */
export const commitBefore = '89b0428';

/** What one series of the earlier code found. */
export interface SeriesBefore {
  readonly concurrency: number;
  readonly perMinute: number;
  readonly p50Ms: number;
  readonly cpuSeconds: number;
}

/** The report of its benchmark, as far as it is used. */
interface ReportBefore {
  readonly series: readonly {
    readonly concurrency: number;
    readonly median: { readonly lanekeeper: Omit<SeriesBefore, 'concurrency'> };
  }[];
}

/** The earlier code, ready to be measured. */
export interface EarlierCode {
  /** Measures one warm-up pair and one pair of each series. */
  measure(): Promise<readonly SeriesBefore[]>;
}

/**
 * Builds the code of an earlier commit in a folder of its own, once for each clone.
 *
 * @throws when the clone does not have the commit: it is a shallow one
 */
export async function earlierCode(say: (text: string) => void, promotions: number): Promise<EarlierCode> {
  // Not below node_modules, where the bundler of workflows compiles no TypeScript.
  const folder = join(repositoryRoot, 'dist', `before-${commitBefore}`);
  if (!existsSync(folder)) {
    say(`building the code of ${commitBefore}, once`);
    await rm(`${folder}.part`, { recursive: true, force: true });
    await mkdir(join(folder, '..'), { recursive: true });
    await execa('git', ['clone', '--quiet', '--shared', '--no-checkout', repositoryRoot, `${folder}.part`]);
    const inFolder = { cwd: `${folder}.part`, stdio: ['ignore', 'ignore', 'inherit'] as const };
    await execa('git', ['checkout', '--quiet', '--detach', commitBefore], inFolder);
    await execa('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], inFolder);
    await execa(process.execPath, ['scripts/setup/main.mjs', '--for', 'test'], inFolder);
    await execa(process.execPath, ['scripts/build/main.mjs'], inFolder);
    await rename(`${folder}.part`, folder);
  }
  const args = ['dist/bench.js', 'promotion', '--json', '--pairs', '1', '--promotions', String(promotions)];
  return {
    async measure() {
      const { stdout } = await execa(process.execPath, args, { cwd: folder, timeout: 600_000, stderr: 'ignore' });
      const report = JSON.parse(stdout) as ReportBefore;
      return report.series.map(({ concurrency, median: { lanekeeper } }) => ({ concurrency, ...lanekeeper }));
    },
  };
}

/** The medians of several measurements of one series. */
export function mediansOf(measured: readonly (readonly SeriesBefore[])[], { concurrency }: SeriesPlan): SeriesBefore {
  const own = measured.flatMap((series) => series.filter((one) => one.concurrency === concurrency));
  const of = (quantity: keyof SeriesBefore) => median(own.map((one) => one[quantity]));
  return { concurrency, perMinute: of('perMinute'), p50Ms: of('p50Ms'), cpuSeconds: of('cpuSeconds') };
}
