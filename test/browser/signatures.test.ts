import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { keyIdOf } from '../../adapters/sigstore/keys.js';
import { verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import { parseDecisionStatement } from '../../core/evidence/read-decision.js';
import { predicateTypes } from '../../core/evidence/predicate-types.js';
import { startBrowser } from '../support/browser/browser.js';
import { bundleForBrowser, openOwnPage } from '../support/browser/own-page.js';
import type { VectorsPage } from '../support/browser/vectors-page.js';
import { cosignVerify } from '../support/cosign.js';
import { scratchFolder } from '../support/scratch.js';
import { vectorCases } from '../support/vectors/cases.js';
import { exampleDecision } from '../support/vectors/signature-cases.js';
import { digestOf } from '../../core/hash.js';

/** What the script of the page has left there. */
type Global = typeof globalThis & { readonly vectors: VectorsPage };

let browser: Browser;
let script: string;
beforeAll(async () => {
  browser = await startBrowser();
  script = await bundleForBrowser("import './test/support/browser/vectors-page.ts';");
}, 120_000);
afterAll(() => browser.close());

describe('a page in a browser', () => {
  test('agrees with every test vector', async () => {
    const page = await openOwnPage(browser, script);
    const results = await page.evaluate(() => (globalThis as Global).vectors.run());
    expect(results.filter(([, problem]) => problem !== undefined)).toEqual([]);
    expect(results.map(([title]) => title)).toEqual(vectorCases.map(({ title }) => title));
  });

  test('signs a decision with a key that no script can read, and the engine and cosign accept it', async () => {
    const page = await openOwnPage(browser, script);
    const artifact = Buffer.from('a manifest');
    const decision = { ...exampleDecision, bundle: digestOf(artifact) };
    const signed = await page.evaluate((given) => (globalThis as Global).vectors.sign(given), decision);
    expect(signed.exports).toEqual(['rejected', 'rejected']);
    const bundle = Buffer.from(signed.bundle, 'utf8');
    const verified = verifyStatement(bundle, [signed.publicKeyPem]);
    expect(verified.keyId).toBe(keyIdOf(signed.publicKeyPem));
    expect(parseDecisionStatement(verified.statement)).toEqual(decision);
    const request = { folder: await scratchFolder(), bundle, publicKeyPem: signed.publicKeyPem, subject: artifact };
    expect(await cosignVerify({ ...request, predicateType: predicateTypes.decision })).toContain('Verified OK');
  });
});
