import type { Page } from 'playwright-core';
import type { Clients } from '../apps/cli/connection/clients.js';
import { startBrowser } from '../test/support/browser/browser.js';
import { type Goal, goalOf } from './goal.js';
import { median } from './numbers.js';

const samples = 9;
/** How many frames are scrolled through, and by how many pixels each: some 220 products. */
const scroll = { frames: 180, pixels: 120 } as const;

/**
 * Measures the board of many products in a real browser against that of a few: how long until the first of them is seen, and
 * how long frames take while somebody scrolls, against an empty page of the same height.
 */
export async function benchBoardInBrowser({
  url,
  clients,
  products,
}: {
  readonly url: string;
  readonly clients: Clients;
  readonly products: number;
}): Promise<readonly Goal[]> {
  const browser = await startBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } });
    const { code } = await clients.sessions.createSignInCode({});
    await page.goto(`${url}/sign-in#${code}`);
    await page.getByRole('link', { name: 'Go on without it' }).click();
    await firstSeen(page, `${url}/lanes`);
    const times = { few: [] as number[], many: [] as number[] };
    // In turns, so that whatever else the machine does hits both.
    for (let sample = 0; sample < samples; sample += 1) {
      times.few.push(await firstSeen(page, `${url}/lanes?q=product-00000`));
      times.many.push(await firstSeen(page, `${url}/lanes`));
    }
    const board = await frameTimes(page);
    const empty = await browser.newPage({ viewport: { width: 1_440, height: 900 } });
    await empty.setContent('<div style="height: 100000px"></div>');
    const blank = await frameTimes(empty);
    return [
      goalOf({
        name: `until the first of ${String(products)} products is seen in a browser`,
        unit: 'ms',
        figure: median(times.many),
        comparator: { name: 'the first of 9', figure: median(times.few) },
        goal: { atMost: 1.5 },
      }),
      goalOf({
        name: `frames while the board of ${String(products)} products is scrolled, 95th percentile`,
        unit: 'ms',
        figure: percentile(board, 0.95),
        comparator: { name: 'an empty page', figure: percentile(blank, 0.95) },
        goal: { atMost: 2 },
      }),
    ];
  } finally {
    await browser.close();
  }
}

/** Loads a board anew. @returns how long it takes until its first product is seen, in milliseconds */
async function firstSeen(page: Page, url: string): Promise<number> {
  const began = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.getByRole('link', { name: 'product-000001' }).waitFor();
  return performance.now() - began;
}

/** How long each frame takes while a page is scrolled, in milliseconds. */
async function frameTimes(page: Page): Promise<readonly number[]> {
  return page.evaluate(
    ({ frames, pixels }) =>
      new Promise<number[]>((resolve) => {
        const { requestAnimationFrame, scrollBy } = globalThis as unknown as {
          requestAnimationFrame: (next: (at: number) => void) => void;
          scrollBy: (x: number, y: number) => void;
        };
        const times: number[] = [];
        let last: number | undefined;
        const next = (at: number): void => {
          if (last !== undefined) times.push(at - last);
          last = at;
          if (times.length >= frames) {
            resolve(times);
            return;
          }
          scrollBy(0, pixels);
          requestAnimationFrame(next);
        };
        requestAnimationFrame(next);
      }),
    scroll,
  );
}

function percentile(values: readonly number[], part: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * part)] ?? Number.NaN;
}
