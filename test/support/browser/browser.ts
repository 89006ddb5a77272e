import { createRequire } from 'node:module';
import type * as playwright from 'playwright-core';
import { findChromium } from './find-chromium.js';

// Its ES module imports ./index.js, which Jest, for the sake of our own imports, takes for the ES module itself.
const { chromium } = createRequire(import.meta.url)('playwright-core') as typeof playwright;

/**
 * Starts a real Chromium with the protections that every browser has: those between origins and sites, which the switches
 * of packages for servers turn off. What only newer versions of Chromium have is off: that a page may not reach loopback
 * unless its user agrees (Local Network Access). Our servers must not rely on it. The caller closes it.
 *
 * @param hosts names that resolve to an address here, as a DNS server of an attacker has them resolved
 */
export async function startBrowser(hosts: Readonly<Record<string, string>> = {}): Promise<playwright.Browser> {
  const { path, env } = await findChromium();
  const rules = Object.entries(hosts).map(([name, address]) => `MAP ${name} ${address}`);
  return chromium.launch({
    executablePath: path,
    args: [
      '--disable-features=LocalNetworkAccessChecks',
      ...(rules.length > 0 ? [`--host-resolver-rules=${rules.join(', ')}`] : []),
    ],
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
  });
}
