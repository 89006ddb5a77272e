import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { approveByTwo, asOwner, decide, inPhase, type Target, waitingForApproval } from '../support/attack-scene.js';
import { parseTransformation } from '../../core/transformation/parse.js';
import { startBrowser } from '../support/browser/browser.js';
import { axeFindings, pageDir, signInBrowser } from '../support/browser/signed-in.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { hold, put, windowOf } from '../support/restriction-people.js';
import { placedIn } from '../support/phases.js';
import { nextVersion, publishedText, signPolicyAct } from '../support/policy-people.js';
import { sealText } from '../support/sealed-bundle.js';
import { signTransformation } from '../support/transformation-people.js';

/** The folder for `npm run screenshots`; nothing is written otherwise. */
const screenshots = process.env['SCREENSHOTS'];

let engine: Engine;
let api: ApiOnEngine;
let browser: Browser;
let waiting: Target;
let broken: Target;
/** A version of the default policy that waits to be published. */
let version: string;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine, { pageDir });
  browser = await startBrowser();
  await approveByTwo(engine, await waitingForApproval(engine, 'Greet visitors'));
  await inPhase(engine, 'silver', await sealText(engine, 'Greet visitors who come back'), 'GATING');
  for (const [phase, product] of [
    ['LIVE', 'search'],
    ['GATING', 'billing'],
    ['ERRORED', 'payments'],
  ] as const)
    broken = await placedIn[phase]!(engine, product);
  waiting = await waitingForApproval(engine, 'Answer in two languages');
  const changes = { verb: 'request-changes', lane: 'gold', bundle: waiting.bundle, promotionId: waiting.id } as const;
  await decide(engine, waiting, await engine.sign('bob', changes, { comment: 'Say in the notes which languages.' }));
  await decide(engine, waiting, await engine.sign('bob', { ...changes, verb: 'approve' }));
  version = await waitsToBePublished();
  await putTransformation();
  await close();
  // The releases that the bundles of tests name never ran.
  await asOwner(
    engine,
    "update releases r set state = 'SEALED', bundle_digest = b.digest, ended_at = now(), error = null from bundles b where b.release_id = r.id",
  );
}, 180_000);
afterAll(async () => {
  await browser.close();
  await api.close();
  await engine.close();
});

async function waitsToBePublished(): Promise<string> {
  const { governance } = api.clients('dev');
  const text = (await publishedText(engine, 'policy', 'default')).replace('maxAge: 24h', 'maxAge: 12h');
  const document = await nextVersion(engine, 'policy', 'default', text);
  const comment = 'What was tested yesterday may be something else today.';
  await governance.submitPolicyAct({
    ...{ signedStatement: await signPolicyAct(engine, 'dev', 'draft', document, { comment }), text },
  });
  const submitted = await governance.submitPolicyAct({
    signedStatement: await signPolicyAct(engine, 'dev', 'submit', document),
  });
  return submitted.version!.digest;
}

/** A transformation of which everything is known that there may be. */
async function putTransformation(): Promise<void> {
  const text = await readFile(join(import.meta.dirname, '../../examples/transformations/safe.yaml'), 'utf8');
  const { spec } = parseTransformation(text, 'safe.yaml');
  const artifacts = (['DRAFT', 'IN_REVIEW', 'ACCEPTED', 'REJECTED'] as const).flatMap((state) =>
    (['INCREMENT', 'ADM_DELIVERABLE'] as const).map((kind) => ({
      ...{ kind, key: state.toLowerCase(), title: `What is ${state.toLowerCase()}`, state, phase: 'g' },
    })),
  );
  const milestones = (['PLANNED', 'READY', 'MISSED'] as const).map((readiness) => ({
    ...{ key: readiness.toLowerCase(), title: `A milestone that is ${readiness.toLowerCase()}`, readiness },
  }));
  const all = {
    ...spec,
    milestones: [...spec.milestones, ...milestones],
    artifacts: [...spec.artifacts, ...artifacts],
    products: ['search'],
  };
  const signedStatement = await signTransformation(engine, 'dev', 'payments', { spec: all });
  await api.clients('dev').transformations.submitTransformation({ signedStatement });
}

/** Windows that let nobody wait for this, and a hold. */
async function close(): Promise<void> {
  const office = { zone: 'Europe/Berlin', begins: '2026-01-05T08:00', lasts: 'PT9H' } as const;
  const rule = { ...office, recurrence: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH' };
  const only = { actions: ['ROLLBACK'], lanes: ['gold'] } as const;
  await put(engine, 'dev', windowOf('office-hours', { kind: 'CHANGE', reason: 'people are there', ...rule, ...only }));
  await hold(engine, 'bob', { product: 'search' }, 'Search answers slowly since the last release', ['DEPLOY']);
}

/** Every screen, with what tells that it is there. */
const screens: readonly (readonly [name: string, path: () => string, ready: (page: Page) => Promise<void>])[] = [
  ['lanes', () => '/lanes', (page) => page.getByText('AWAITING APPROVAL').first().waitFor()],
  ['lanes-empty', () => '/lanes?q=nothing-like-it', (page) => page.getByText('No product matches').waitFor()],
  ['inbox', () => '/inbox', (page) => page.getByRole('heading', { name: 'What changes' }).waitFor()],
  ['inbox-others', () => '/inbox?tab=others', others],
  [
    'promotions',
    () => '/promotions',
    (page) => page.getByText('SUPERSEDED').or(page.getByText('LIVE')).first().waitFor(),
  ],
  ['promotion', () => `/promotions/${waiting.id}`, (page) => page.getByRole('heading', { name: 'Gates' }).waitFor()],
  ['promotion-broken', () => `/promotions/${broken.id}`, (page) => page.getByText('ERRORED').first().waitFor()],
  [
    'promotion-missing',
    () => '/promotions/00000000-0000-4000-8000-000000000001',
    (page) => page.getByRole('alert').waitFor(),
  ],
  ['bundle', () => `/bundles/${waiting.bundle}`, verified],
  [
    'plan',
    () => `/bundles/${waiting.bundle}/plan/gold`,
    (page) => page.getByRole('heading', { name: 'What happens, and who can do what is missing' }).waitFor(),
  ],
  ['product', () => '/products/shop', (page) => page.getByRole('region', { name: 'Bundles in lanes' }).waitFor()],
  ['policies', () => '/policies?product=shop', withPolicy],
  ['policy-version', () => `/policies/${version}`, changedGates],
  ['transformations', () => '/transformations', (page) => page.getByText('Changed last').waitFor()],
  ['transformation', () => '/transformations/payments', (page) => page.getByText('signed revision 1').waitFor()],
  ['calendar', () => '/calendar', calendar],
  ['calendar-agenda', () => '/calendar?view=agenda', calendar],
  ['settings', () => '/settings', (page) => page.getByText('PostgreSQL', { exact: true }).waitFor()],
];

async function calendar(page: Page): Promise<void> {
  await page.getByText('every Monday to Thursday 08:00').waitFor();
  await page.getByText('lane resume search --hold').waitFor();
}

async function changedGates(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'What changes', exact: true }).waitFor();
  await page.getByRole('row', { name: 'evidence.maxAge "24h" "12h"' }).first().waitFor();
  await page.getByText('+         maxAge: 12h').waitFor();
}

async function others(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'what it changes' }).waitFor();
  await page.getByText('What was tested yesterday may be something else today.').waitFor();
  await page.getByText('You cannot publish it: alice has none of the roles release-manager, operator.').waitFor();
  const current = page.getByRole('navigation', { name: 'Whose' }).locator('[aria-current=page]');
  expect(await current.allTextContents()).toEqual([expect.stringContaining('For others')]);
}

async function withPolicy(page: Page): Promise<void> {
  await page.getByText('waits to be published').first().waitFor();
  await page
    .getByText(/going in (?!as a hotfix)/)
    .last()
    .click();
  await page.getByText('two-person-approval', { exact: true }).waitFor();
}

async function verified(page: Page): Promise<void> {
  await page.getByText('signed by builder').first().click();
  await page.getByText('Kind of build').waitFor();
  await page.getByRole('button', { name: 'Verify in this browser' }).click();
  await page.getByText(/^(\d+) of \1 checks passed in this browser/).waitFor();
}

/** Lets everything that was asked for arrive. */
async function settled(page: Page): Promise<void> {
  await page.getByText('live', { exact: true }).waitFor();
  await page.evaluate(() => (globalThis as unknown as { scrollTo: (x: number, y: number) => void }).scrollTo(0, 0));
  await page.waitForFunction(() => {
    const { document } = globalThis as unknown as { document: { querySelector: (selector: string) => unknown } };
    return document.querySelector('[role=status] + [class*=bar], [class*=loading]') === null;
  });
}

async function picture(page: Page, name: string): Promise<void> {
  if (screenshots === undefined) return;
  await mkdir(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  test('axe finds nothing wrong with any screen, wide or narrow, and none scrolls sideways', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'alice', { colorScheme });
    for (const width of [1_440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      for (const [name, path, ready] of screens) {
        await page.goto(`${api.url}${path()}`);
        await ready(page);
        await settled(page);
        expect([name, width, await axeFindings(page)]).toEqual([name, width, []]);
        expect([name, width, await overhang(page)]).toEqual([name, width, 0]);
        await picture(page, `${name}-${String(width)}-${colorScheme}`);
      }
    }
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
  });

  test('nor with a dialog, or with the way in', async () => {
    const { page } = await signInBrowser(api, browser, 'alice', { colorScheme });
    await page.goto(`${api.url}/promotions/${waiting.id}`);
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByRole('button', { name: 'Sign: approve' }).waitFor();
    await settled(page);
    expect(await axeFindings(page)).toEqual([]);
    await picture(page, `decide-1440-${colorScheme}`);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    const stranger = await browser.newPage({ colorScheme });
    await stranger.goto(`${api.url}/`);
    await stranger.getByText('This browser is signed in from a terminal').waitFor();
    expect(await axeFindings(stranger)).toEqual([]);
    await picture(stranger, `sign-in-1440-${colorScheme}`);
    await stranger.close();
  });
});

/** By how much a page is wider than its window. */
function overhang(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { documentElement } = (
      globalThis as unknown as { document: { documentElement: { scrollWidth: number; clientWidth: number } } }
    ).document;
    return documentElement.scrollWidth - documentElement.clientWidth;
  });
}
