import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished } from '../clean-up.js';
import type { ApiOnEngine } from '../lane-runner.js';

/** The folder of the built page, which `npm run setup` makes. */
export const pageDir = join(import.meta.dirname, '../../../dist/dashboard');

/** A browser of a person, with a page of ours in it. */
export interface SignedIn {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What scripts complained about: errors, and what the page's policy refused. */
  readonly complaints: readonly string[];
}

/**
 * Signs a new browser in, by the link of `lane dashboard`, and enrols the key that it makes. The page then shows the
 * lanes. Closed when the test has finished.
 *
 * @param options.key whether the key is enrolled
 */
export async function signInBrowser(
  api: ApiOnEngine,
  browser: Browser,
  person: string,
  { key = true, ...options }: BrowserContextOptions & { readonly key?: boolean } = {},
): Promise<SignedIn> {
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()))
      complaints.push(`${message.text()} ${message.location().url}`.trim());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await signInTab(api, page, person, key);
  return { context, page, complaints };
}

/** Signs the browser of a tab in. */
export async function signInTab(api: ApiOnEngine, page: Page, person: string, key = true): Promise<void> {
  const lane = await api.start(person, 'dashboard', '--print', '--yes', ...(key ? [] : ['--no-key']));
  await page.goto(lane.printed);
  const { code, stderr } = await lane.ended;
  if (code !== 0) throw new Error(stderr);
  if (!key) await page.getByRole('link', { name: 'Go on without it' }).click();
  await page.waitForURL(/\/lanes/);
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong with a page, by the rules of WCAG 2.2 AA: rule, element and why. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  // Evaluated by the debugger, which the policy of the page does not concern.
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { axe: tool } = globalThis as unknown as { axe: { run: (options: object) => Promise<AxeResults> } };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await tool.run({ runOnly: { type: 'tag', values: tags } });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
  });
  return found;
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}
