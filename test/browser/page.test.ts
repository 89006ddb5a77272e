import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import { decide, isIn, rowsOf, type Target, waitingForApproval } from '../support/attack-scene.js';
import { startBrowser } from '../support/browser/browser.js';
import { pageDir, signInBrowser, signInTab } from '../support/browser/signed-in.js';
import { onTestFinished } from '../support/clean-up.js';
import { cosignVerify } from '../support/cosign.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { scratchFolder } from '../support/scratch.js';
import { until } from '../support/until.js';

let engine: Engine;
let api: ApiOnEngine;
let browser: Browser;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine, { pageDir });
  browser = await startBrowser();
}, 180_000);
afterAll(async () => {
  await browser.close();
  await api.close();
  await engine.close();
});

let serial = 0;
let target: Target;
beforeEach(async () => {
  serial += 1;
  target = await waitingForApproval(engine, `in the page ${String(serial)}`);
});

/** Opens the promotion that waits, as a link that somebody has sent leads there. */
async function openPromotion(page: Page): Promise<void> {
  await page.goto(`${api.url}/promotions/${target.id}`);
  await page.getByText('AWAITING APPROVAL').first().waitFor();
}

/** Opens the dialog of a verb about the promotion that waits. */
async function openDialog(page: Page, name: string) {
  await openPromotion(page);
  await page.getByRole('button', { name, exact: true }).click();
  return page.getByRole('dialog');
}

describe('a person who is signed in', () => {
  test('sees what is live and what waits, and follows it while it happens', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'dev', { key: false });
    const row = page.getByRole('row', { name: /shop/ });
    await row.getByText('AWAITING APPROVAL').waitFor();
    await row.getByText('two-person-approval: 2 of 2 approvals of different roles missing').waitFor();
    await decide(engine, target, await engine.sign('alice', signing('reject')));
    await row.getByText('AWAITING APPROVAL').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  test('in many tabs follows with one connection, and goes on when the tab that had it is closed', async () => {
    const { page, context } = await signInBrowser(api, browser, 'dev', { key: false });
    const streams: string[] = [];
    context.on('request', (request) => {
      if (request.url().endsWith('/WatchEvents')) streams.push(request.url());
    });
    // More than a browser keeps connections to one server open.
    const tabs = await Promise.all(Array.from({ length: 7 }, () => context.newPage()));
    for (const tab of tabs) {
      await tab.goto(`${api.url}/promotions/${target.id}`);
      await tab.getByText('live', { exact: true }).waitFor();
    }
    expect(streams).toEqual([]);
    await page.close();
    await until(async () => streams.length === 1, 'another tab to follow');
    await decide(engine, target, await engine.sign('alice', signing('reject')));
    for (const tab of tabs) await tab.getByText('REJECTED', { exact: true }).first().waitFor();
    expect(streams).toHaveLength(1);
  });

  test('who leaves is no error of the server', async () => {
    const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    onTestFinished(() => printed.mockRestore());
    const { page, context } = await signInBrowser(api, browser, 'dev', { key: false });
    for (const path of ['/inbox', '/promotions', '/settings']) {
      await page.goto(`${api.url}${path}`);
      await page.getByText('live', { exact: true }).waitFor();
    }
    await context.close();
    // Closing waits for every call to end.
    await api.awayDuring(() => Promise.resolve());
    expect(printed).not.toHaveBeenCalled();
  });

  test('approves with the key of the browser, which the engine counts and cosign verifies', async () => {
    const { page, complaints } = await signInBrowser(api, browser, 'alice');
    const dialog = await openDialog(page, 'Approve');
    await dialog.getByRole('button', { name: 'Sign: approve' }).click();
    await dialog.getByText('You approved.', { exact: true }).waitFor();
    await dialog.getByText('1 of 2 approvals of different roles missing (given: alice)').waitFor();
    const [made] = await rowsOf<{ checksum: `sha256:${string}`; public_key_pem: string; held_in: string }>(
      engine,
      `select a.checksum, k.public_key_pem, k.held_in
         from decisions d join attestations a on a.tenant_id = d.tenant_id and a.id = d.attestation_id
         join principal_keys k on k.tenant_id = a.tenant_id and k.key_id = a.key_id
        where d.promotion_id = $1 and d.verb = 'approve'`,
      target.id,
    );
    expect(made?.held_in).toBe('browser');
    const [{ manifest } = { manifest: '' }] = await rowsOf<{ manifest: string }>(
      engine,
      'select manifest from bundles where digest = $1',
      target.bundle,
    );
    const signed = {
      ...{ folder: await scratchFolder(), bundle: await engine.blobs.get(made!.checksum) },
      ...{ publicKeyPem: made!.public_key_pem, subject: Buffer.from(manifest) },
    };
    expect(await cosignVerify({ ...signed, predicateType: predicateTypes.decision })).toContain('Verified OK');
    expect(complaints).toEqual([]);
  });

  test('is told why a button cannot be used, in the words of the server', async () => {
    const { page } = await signInBrowser(api, browser, 'dev', { key: false });
    await openPromotion(page);
    await page.getByText('What you cannot do now, and why').or(page.getByText('Nothing that you can do now')).click();
    await page.getByText('Approve: dev requested this promotion and cannot approve it').waitFor();
  });

  test('without a key of the browser looks at everything, decides nothing, and learns how to get one', async () => {
    const { page } = await signInBrowser(api, browser, 'alice', { key: false });
    await openPromotion(page);
    const approve = page.getByRole('button', { name: 'Approve', exact: true });
    await page.getByText('this browser holds no key of yours').first().waitFor();
    expect(await approve.getAttribute('aria-disabled')).toBe('true');
    await page.goto(`${api.url}/inbox`);
    await page.getByText('The key of this browser is not enrolled yet.').waitFor();
    await page.getByText('lane dashboard').first().waitFor();
  });
});

describe('trouble', () => {
  test('of facts that change meanwhile: they are shown before anything is signed', async () => {
    const { page } = await signInBrowser(api, browser, 'alice');
    const dialog = await openDialog(page, 'Approve');
    await dialog.getByRole('button', { name: 'Sign: approve' }).waitFor();
    await decide(engine, target, await engine.sign('bob', signing('approve')));
    await dialog.getByText('This has changed while you were reading:').waitFor();
    expect(await dialog.getByRole('button', { name: 'Sign: approve' }).getAttribute('aria-disabled')).toBe('true');
    await dialog.getByRole('button', { name: 'Show it as it is now' }).click();
    await dialog.getByRole('button', { name: 'Sign: approve' }).click();
    await isIn(engine, target.id, 'LIVE');
  });

  test('of a server that goes away while somebody writes: nothing typed is lost, and the page follows again', async () => {
    const { page } = await signInBrowser(api, browser, 'alice');
    const dialog = await openDialog(page, 'Reject');
    await dialog.getByLabel('Why').fill('typed before the server went');
    await api.awayDuring(async () => {
      await page.getByText('The server is not heard').waitFor();
      await dialog.getByRole('button', { name: 'Sign: reject' }).click();
      await dialog.getByText('The server does not answer').first().waitFor();
    });
    await page.getByText('The server is not heard').waitFor({ state: 'detached' });
    expect(await dialog.getByLabel('Why').inputValue()).toBe('typed before the server went');
    await dialog.getByRole('button', { name: 'Sign: reject' }).click();
    await isIn(engine, target.id, 'REJECTED');
  });

  test('of a session that ends in the middle of a form: after signing in elsewhere it goes on', async () => {
    const { page, context } = await signInBrowser(api, browser, 'alice');
    const dialog = await openDialog(page, 'Reject');
    await dialog.getByLabel('Why').fill('typed before the session ended');
    const { sessions } = await api.clients('alice').sessions.listSessions({});
    for (const { id } of sessions) await api.clients('alice').sessions.endSession({ id });
    // Pressed as an event: the page may have noticed by itself already, and then covers the button with what it says.
    await dialog.getByRole('button', { name: 'Sign: reject' }).dispatchEvent('click');
    await page.getByText('This browser is not signed in any more').waitFor();
    await signInTab(api, await context.newPage(), 'alice');
    await page.getByText('This browser is not signed in any more').waitFor({ state: 'detached' });
    expect(await dialog.getByLabel('Why').inputValue()).toBe('typed before the session ended');
    await dialog.getByRole('button', { name: 'Sign: reject' }).click();
    await isIn(engine, target.id, 'REJECTED');
  });

  test('of a clock that is wrong: the page says so, and signs with the time of the server', async () => {
    const { page, context } = await signInBrowser(api, browser, 'alice');
    await context.addInitScript(() => {
      const late = -3 * 3_600_000;
      const Right = Date;
      globalThis.Date = new Proxy(Right, {
        construct: (_, given: unknown[]) =>
          Reflect.construct(Right, given.length > 0 ? given : [Right.now() + late]) as Date,
        get: (_, name) => (name === 'now' ? () => Right.now() + late : (Reflect.get(Right, name) as unknown)),
      });
    });
    const dialog = await openDialog(page, 'Approve');
    await page.getByText('The clock of this machine is 3 h slow').waitFor();
    await dialog.getByRole('button', { name: 'Sign: approve' }).click();
    await dialog.getByText('You approved.', { exact: true }).waitFor();
  });

  test('of a key that is revoked in a terminal: the page signs no more with it', async () => {
    const { page } = await signInBrowser(api, browser, 'alice');
    const { principal } = await api.clients('alice').identity.whoAmI({});
    const inBrowsers = principal!.keys.filter(({ heldIn, validUntil }) => heldIn === 'browser' && validUntil);
    for (const { keyId } of inBrowsers)
      await api.lane('alice', 'keys', 'revoke', keyId.slice(7, 19), '--reason', 'the laptop is lost');
    await openPromotion(page);
    await page.getByText('this browser holds no key of yours').first().waitFor();
    await page.goto(`${api.url}/settings`);
    await page.getByText('The key of this browser counts no more').waitFor();
  });

  test('of a link to something that this tenant does not have: it is not found', async () => {
    const { page } = await signInBrowser(api, browser, 'alice', { key: false });
    await page.goto(`${api.url}/promotions/00000000-0000-4000-8000-000000000001`);
    await page.getByRole('alert').getByText('UNKNOWN_PROMOTION').waitFor();
    await page.goto(`${api.url}/nowhere`);
    await page.getByText('There is no such page').waitFor();
  });
});

function signing(verb: 'approve' | 'reject' | 'request-changes') {
  return { verb, lane: 'gold', bundle: target.bundle, promotionId: target.id } as const;
}
