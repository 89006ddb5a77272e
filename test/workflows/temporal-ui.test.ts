import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findFreePorts } from '../../adapters/network/free-port.js';
import { startUiProxy, type UiProxy } from '../../apps/ui-proxy/server.js';
import { code } from '../../core/markdown.js';
import { shortId } from '../../core/ids.js';
import { promotionDetails } from '../../workflows/promotion/details.js';
import { decide, signedFor, type Target, waitingForApproval } from '../support/attack-scene.js';
import { startBrowser } from '../support/browser/browser.js';
import { dataFolder } from '../support/data-folder.js';
import { type Engine, startEngine } from '../support/engine.js';
import { startTemporal } from '../support/temporal-server.js';

/** The folder for `npm run screenshots`; nothing is written otherwise. */
const screenshots = process.env['SCREENSHOTS'];
/** The part of the window that is about the run. */
const clip = { x: 255, y: 50, width: 1_185, height: 1_250 };

let folder: string;
let engine: Engine;
let proxy: UiProxy;
let ui: string;
let browser: Browser;
let target: Target;
beforeAll(async () => {
  folder = await dataFolder();
  const temporal = await startTemporal(folder);
  engine = await startEngine({ temporal });
  const [port = 0] = await findFreePorts(1);
  proxy = await startUiProxy({ port, target: temporal.ui, publicOrigins: [] });
  ui = `http://127.0.0.1:${String(port)}`;
  target = await waitingForApproval(engine, 'on the screen');
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
  await proxy.close();
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

/** The page of the promotion's run, as a person opens it. */
async function openPage(): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1_440, height: 1_300 } });
  await page.goto(`${ui}/namespaces/default/workflows/${encodeURIComponent(target.handle.workflowId)}`);
  return page;
}

/** What the page shows as current details. */
async function detailsIn(page: Page): Promise<Locator> {
  await page.getByRole('tab', { name: 'User Metadata' }).click();
  const details = page.frameLocator('#user-metadata-current-details').locator('main');
  await details.waitFor();
  return details;
}

/** The elements that the UI makes of Markdown, without the code in them. */
async function rendered(markdown: string): Promise<string> {
  const page = await (await fetch(`${ui}/render?content=${encodeURIComponent(markdown)}`)).text();
  return page.slice(page.indexOf('<main>'), page.indexOf('</main>')).replaceAll(/<code>.*?<\/code>/gsu, '<code/>');
}

describe('a promotion that waits for people, in the Temporal Web UI', () => {
  test('shows where it stands, its gate, who is missing and the next command', async () => {
    const page = await openPage();
    const details = await detailsIn(page);
    const text = await details.innerText();
    expect(text).toMatch(/Promotion of shop bundle [0-9a-f]{12} to gold is AWAITING_APPROVAL since 20/);
    expect(text).toMatch(
      /two-person-approval is PENDING since 20[\d: -]+Z:\s+2 of 2 approvals of different roles missing/,
    );
    expect(text).toContain('To do: 2 people of product-owner, qa, release-manager approve');
    expect(await details.locator('pre').innerText()).toContain(`lane approve ${shortId(target.id)}\n`);
    expect(text).toContain('lane lane/default/shop/gold');
    if (screenshots !== undefined)
      await page.screenshot({ clip, path: join(screenshots, 'temporal-ui-promotion.png') });
  });

  test('says why it refuses a wrong update, in the dialog in which it was sent, and shows what to send', async () => {
    const page = await openPage();
    await page.getByRole('button', { name: 'More Actions' }).click();
    await page.getByRole('menuitem', { name: 'Send an Update' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByTestId('update-select-button').click();
    const abort = dialog.getByRole('option', { name: /^abort/ });
    expect(await abort.innerText()).toContain('Only the signature in the statement carries authority');
    await abort.click();
    await dialog.locator('.cm-content').click();
    await page.keyboard.insertText('{"statement": {}}');
    await dialog.getByRole('button', { name: 'Submit' }).click();
    await page
      .getByText('the statement is not a Sigstore bundle around a decision with a known verb')
      .first()
      .waitFor();
  });
});

describe('what somebody else wrote, in the Temporal Web UI', () => {
  const attack = '[a](https://evil.example) ![](//evil.example/x) https://evil.example <img src=x> ``` # Approved';

  test('is text: a comment makes no link, image or heading', async () => {
    const comment = await engine.sign(
      'alice',
      { verb: 'request-changes', lane: 'gold', bundle: target.bundle, promotionId: target.id },
      { comment: attack },
    );
    expect(await decide(engine, target, comment)).toMatchObject({ accepted: true });
    const details = await detailsIn(await openPage());
    expect(await details.innerText()).toContain(`alice asks for changes: ${attack}`);
    expect(await details.locator('a, img').count()).toBe(0);
    expect(await details.locator('h4').allInnerTexts()).not.toContain('Approved');
    await decide(engine, target, await signedFor(engine, target, 'alice'));
  });

  test('is text whatever it is', async () => {
    const expected = await rendered(`x ${code('harmless')} y`);
    for (const text of [
      attack,
      '``',
      '`a` b',
      '\\`</code><b>',
      '</main>&lt;',
      '\n\n# Approved\n',
      '    \tx',
      '$x$ $$y$$',
    ])
      expect([text, await rendered(`x ${code(text)} y`)]).toEqual([text, expected]);
  });

  test('is shown, however long it is, through the proxy', async () => {
    const gate = { gate: 'g', verdict: 'PENDING', severity: 'BLOCKING', explanation: 'ü'.repeat(500) } as const;
    const long = promotionDetails({
      ...{
        input: { tenant: 'default', product: 'shop', lane: 'gold', bundle: target.bundle },
        timeline: [],
        notices: [],
      },
      answer: { promotionId: target.id, phase: 'GATING', reason: '', policyDigest: target.bundle },
      gates: Array.from({ length: 100 }, () => gate),
      ...{ since: undefined, release: undefined },
    });
    expect(await rendered(long)).toContain('… and 9');
  });
});
