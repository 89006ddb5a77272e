import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { nodeHashing } from '../../../../adapters/hash/node-hashing.js';
import { nodeVerifier } from '../../../../adapters/sigstore/keys.js';
import type { Finding } from '../../../../core/bundle-folder/report.js';
import { type Verification, verifyBundleFolder } from '../../../../core/bundle-folder/verify.js';
import { shortId } from '../../../../core/ids.js';
import { downloadBundle } from '../../bundle-folder/download.js';
import { openFolder, pinnedKeysIn } from '../../bundle-folder/open-folder.js';
import type { Context } from '../../program/context.js';
import { usageError } from '../../errors/report-error.js';
import { type ExitCode, exitCodes } from '../../errors/exit-codes.js';
import { renderTable } from '../../output/table.js';
import { counted } from '../../output/counted.js';

/** Options of `lane bundle verify`. */
export interface VerifyOptions {
  digest?: string;
  keys?: string;
}

/** Verifies a downloaded folder, or downloads a bundle and verifies that. @returns 10 when anything does not verify */
export async function verify(context: Context, given: string, options: VerifyOptions): Promise<ExitCode> {
  const folder = resolve(context.cwd, given);
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder && !/^(sha256:)?[0-9a-f]{4,64}$/.test(given))
    throw usageError(
      `${given} is neither a folder nor a bundle`,
      'pass a bundle digest, or a folder that lane bundle download BUNDLE wrote',
    );
  const keysFolder = options.keys === undefined ? undefined : resolve(context.cwd, options.keys);
  const verification = isFolder
    ? await verifyFolder(folder, { expected: options.digest, keysFolder })
    : await verifyFromStack(context, given, keysFolder);
  if (keysFolder === undefined)
    context.terminal.note('only the keys that came with the bundle are trusted; pin your own with --keys FOLDER');
  await show(context, verification);
  return verification.report.failures.length === 0 ? exitCodes.ok : exitCodes.verification;
}

function verifyFolder(
  folder: string,
  { expected, keysFolder }: { readonly expected: string | undefined; readonly keysFolder: string | undefined },
): Promise<Verification> {
  const pinned = keysFolder === undefined ? undefined : pinnedKeysIn(keysFolder);
  return verifyBundleFolder(openFolder(folder), { verifier: nodeVerifier, hashing: nodeHashing, expected, pinned });
}

async function verifyFromStack(context: Context, given: string, keysFolder: string | undefined): Promise<Verification> {
  const folder = await mkdtemp(join(tmpdir(), 'lane-verify-'));
  try {
    const { digest } = await downloadBundle(await context.api(), given, folder);
    return await verifyFolder(folder, { expected: digest, keysFolder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function show(context: Context, { digest, report }: Verification): Promise<void> {
  const { colours } = context.terminal;
  const { findings, failures } = report;
  const value = { digest, verified: failures.length === 0, findings: findings.map((finding) => ({ ...finding })) };
  const row = (finding: Finding) => [
    finding.ok ? colours.green('✓') : colours.red('✗'),
    finding.check,
    finding.object,
    finding.why,
  ];
  await context.show.object('Verification', value, () => {
    const table = renderTable(
      ['', 'CHECK', 'OBJECT', ''].map((title) => colours.dim(title)),
      (failures.length > 0 ? failures : findings).map(row),
    );
    const verdict =
      failures.length === 0
        ? `${colours.green('✓')} bundle ${shortId(digest)}: all ${String(findings.length)} checks passed`
        : `${colours.red('✗')} bundle ${shortId(digest)}: ${String(failures.length)} of ${counted(findings.length, 'check')} failed`;
    return `${table}\n\n${verdict}`;
  });
}
