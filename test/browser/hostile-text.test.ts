import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { shortId } from '../../core/ids.js';
import { decide, waitingForApproval } from '../support/attack-scene.js';
import { startBrowser } from '../support/browser/browser.js';
import { evilHost, openHostilePage } from '../support/browser/hostile-page.js';
import { pageDir, signInBrowser } from '../support/browser/signed-in.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { signTransformation } from '../support/transformation-people.js';

let engine: Engine;
let api: ApiOnEngine;
let browser: Browser;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine, { pageDir });
  browser = await startBrowser({ [evilHost]: '127.0.0.1' });
}, 180_000);
afterAll(async () => {
  await browser.close();
  await api.close();
  await engine.close();
});

describe('what others write', () => {
  const attack =
    '<img src=x onerror="window.hacked=1"> \u202Egnp.exe {{7*7}} [a](javascript:alert(1)) ' + 'x'.repeat(1_500);

  test('is text on every screen that shows it', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'alice');
    const target = await waitingForApproval(engine, 'with a comment');
    const about = { verb: 'request-changes', lane: 'gold', bundle: target.bundle, promotionId: target.id } as const;
    await decide(engine, target, await engine.sign('bob', about, { comment: attack }));
    await page.goto(`${api.url}/promotions/${target.id}`);
    await page.getByText('window.hacked=1').first().waitFor();
    for (const path of ['/promotions', '/lanes']) {
      await page.goto(`${api.url}${path}`);
      await page.getByText('live', { exact: true }).waitFor();
      await page.getByText(shortId(target.bundle)).first().waitFor();
    }
    await expectText(page);
    // Of these nothing is taken that is not seen.
    const plain = attack.replace('\u202E', '');
    const words = plain.slice(0, 200);
    const artifacts = [{ kind: 'INCREMENT' as const, key: 'one', title: words, phase: plain.slice(0, 63) }];
    const spec = { profile: 'scrum', title: words, team: words, organization: words, artifacts };
    const put = await signTransformation(engine, 'dev', 'hostile', { spec });
    await api.clients('dev').transformations.submitTransformation({ signedStatement: put });
    for (const path of ['/transformations', '/transformations/hostile']) {
      await page.goto(`${api.url}${path}`);
      await page.getByText('window.hacked=1').first().waitFor();
      await expectText(page);
    }
    expect(complaints).toEqual([]);
  });

  test('in an address is text, too', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'alice', { key: false });
    await page.goto(`${api.url}/lanes?q=${encodeURIComponent('"><script>window.hacked=1</script>')}`);
    await page.getByText('No product matches').waitFor();
    expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false);
    expect(complaints).toEqual([]);
  });
});

/** Nothing of what others wrote has become anything else, and the page is not wider than its window. */
async function expectText(page: Page): Promise<void> {
  expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false);
  expect(await page.locator('img').count()).toBe(0);
  const tooWide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = (
      globalThis as unknown as { document: { documentElement: { scrollWidth: number; clientWidth: number } } }
    ).document.documentElement;
    return scrollWidth - clientWidth;
  });
  expect(tooWide).toBe(0);
}

describe('a page of another site', () => {
  test('cannot put ours into a frame', async () => {
    const page = await openHostilePage(browser, `<iframe src="${api.url}/lanes"></iframe>`);
    await page.waitForLoadState('networkidle');
    const frame = page.frames().find((each) => each !== page.mainFrame());
    expect(
      await frame
        ?.locator('h1')
        .count()
        .catch(() => 0),
    ).toBe(0);
  });

  test('is sent no cookie of ours, and no answer', async () => {
    const { context } = await signInBrowser(api, browser, 'alice', { key: false });
    const page = await context.newPage();
    await page.route(`http://${evilHost}/`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
    );
    await page.goto(`http://${evilHost}/`);
    const answer = await page.evaluate(
      (url) =>
        fetch(`${url}/governance.v1.IdentityService/WhoAmI`, {
          method: 'POST',
          credentials: 'include',
          headers: { 'content-type': 'application/json' },
          body: '{}',
        }).then(
          () => 'answered',
          () => 'refused',
        ),
      api.url,
    );
    expect(answer).toBe('refused');
  });
});
