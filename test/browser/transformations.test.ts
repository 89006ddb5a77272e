import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { asOwner } from '../support/attack-scene.js';
import { startBrowser } from '../support/browser/browser.js';
import { pageDir, signInBrowser } from '../support/browser/signed-in.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { type SayingOfTransformation, signTransformation } from '../support/transformation-people.js';

let engine: Engine;
let api: ApiOnEngine;
let browser: Browser;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine, { pageDir });
  browser = await startBrowser();
  await api.clients('dev').products.registerProduct({ name: 'shop', repository: '/srv/shop' });
}, 180_000);
afterAll(async () => {
  await browser.close();
  await api.close();
  await engine.close();
});

async function say(name: string, saying: SayingOfTransformation) {
  const signedStatement = await signTransformation(engine, 'dev', name, saying);
  await api.clients('dev').transformations.submitTransformation({ signedStatement });
}

describe('the screens of transformations', () => {
  test('lead from the policies to what decides about a product, and follow it while it changes', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'alice', { key: false });
    await page.goto(`${api.url}/policies`);
    await page.getByRole('navigation', { name: 'Rules' }).getByText('Transformations').click();
    await page.getByText('There is no transformation yet').waitFor();
    const places = page.getByRole('navigation', { name: 'Screens' }).locator('[aria-current=page]');
    expect(await places.allTextContents()).toEqual(['Policies']);

    const milestone = { key: 'beta', title: 'Open to everybody', due: '2027-02-01' };
    const spec = { title: 'A faster checkout', profile: 'togaf', stage: 'build', products: ['shop'] };
    await say('checkout', { spec: { ...spec, milestones: [{ ...milestone, readiness: 'AT_RISK' }] } });
    await page.getByRole('link', { name: 'A faster checkout' }).click();
    await page.getByText('at risk').waitFor();
    await page.getByRole('link', { name: 'profile togaf' }).waitFor();
    await page.getByText('dev signed revision 1').waitFor();
    await page.getByText('lane transformation history checkout --verify').waitFor();

    await say('checkout', { revision: 1, spec: { ...spec, milestones: [{ ...milestone, readiness: 'READY' }] } });
    await page.getByText('dev signed revision 2').waitFor();
    await page.getByText('at risk').waitFor({ state: 'detached' });
    await page.getByText('milestone beta: readiness AT_RISK').waitFor();

    await say('later', { spec: { profile: 'scrum', products: ['shop'] } });
    await page.getByRole('link', { name: 'profile scrum' }).waitFor();
    await page.getByRole('link', { name: 'later', exact: true }).click();
    await page.getByRole('heading', { name: 'later' }).waitFor();
    await say('later', { revision: 1 });
    await page.getByText('It is retired, and counts for no product.').waitFor();
    expect(complaints).toEqual([]);
  });

  test('say of a product that nobody knows how it is judged while what was signed is not what is there', async () => {
    const { page } = await signInBrowser(api, browser, 'alice', { key: false });
    await asOwner(
      engine,
      "update transformations set content = replace(content, 'togaf', 'scrum') where name = 'checkout'",
    );
    await page.goto(`${api.url}/transformations/checkout`);
    await page.getByText('Transformation checkout is not to be believed').waitFor();
    await page.getByText('Its content is not what was signed').waitFor();
  });
});
