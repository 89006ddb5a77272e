import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPair } from '../../adapters/sigstore/keys.js';
import type { Digest } from '../../core/digest.js';
import { shortId } from '../../core/ids.js';
import { digestOf } from '../../core/hash.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { scratchFolder } from '../support/scratch.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';

let engine: Engine;
let api: ApiOnEngine;
let bundle: Digest;

beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  bundle = await sealText(engine, 'downloaded', { sdk: [] });
  await attachPreviewCheck(engine, bundle);
});

afterAll(async () => {
  await api.close();
  await engine.close();
});

/** Downloads the bundle into a new folder. */
async function download(): Promise<string> {
  const folder = join(await scratchFolder(), 'bundle');
  expect(await api.lane('dev', 'bundle', 'download', shortId(bundle), '--out', folder)).toMatchObject({
    code: 0,
    stdout: folder,
  });
  return folder;
}

interface Index {
  readonly id: string;
  checksum: string;
}

/** Changes a piece of evidence and its record to match, so that only the signature reveals it. */
async function changeEvidence(
  folder: string,
  change: (envelope: { payload: string; signatures: { sig: string }[] }) => void,
): Promise<void> {
  const indexFile = join(folder, 'evidence', 'index.json');
  const index = JSON.parse(await readFile(indexFile, 'utf8')) as Index[];
  const entry = index[0]!;
  const file = join(folder, 'evidence', `${entry.id}.sigstore.json`);
  const signed = JSON.parse(await readFile(file, 'utf8')) as {
    dsseEnvelope: { payload: string; signatures: { sig: string }[] };
  };
  change(signed.dsseEnvelope);
  await writeFile(file, JSON.stringify(signed));
  entry.checksum = digestOf(JSON.stringify(signed));
  await writeFile(indexFile, JSON.stringify(index));
}

const decoded = (text: string) => Buffer.from(text, 'base64').toString('utf8');

describe('lane bundle verify', () => {
  it('accepts a downloaded folder without a stack, and a bundle that it downloads itself', async () => {
    const folder = await download();
    const offline = await api.lane('dev', '--stack', '/nowhere', 'bundle', 'verify', folder, '--digest', bundle);
    expect(offline).toMatchObject({ code: 0, stdout: expect.stringMatching(/all \d+ checks passed/) as unknown });
    expect((await api.lane('dev', 'bundle', 'verify', shortId(bundle))).code).toBe(0);
  });

  it.each<[string, string, (folder: string) => Promise<void>]>([
    [
      'the manifest',
      'bundle digest',
      async (folder) =>
        writeFile(
          join(folder, 'manifest.json'),
          (await readFile(join(folder, 'manifest.json'), 'utf8')).replace('downloaded', 'exchanged!'),
        ),
    ],
    [
      'the manifest for people',
      'it differs from manifest.json',
      async (folder) =>
        writeFile(
          join(folder, 'release/agents/manifest.yaml'),
          (await readFile(join(folder, 'release/agents/manifest.yaml'), 'utf8')).replace('Author', 'Somebody'),
        ),
    ],
    [
      'a signed payload',
      'none of the 1 trusted keys signed exactly this payload',
      (folder) =>
        changeEvidence(
          folder,
          (envelope) =>
            (envelope.payload = Buffer.from(decoded(envelope.payload).replace('web', 'wob')).toString('base64')),
        ),
    ],
    [
      'a signature',
      'none of the 1 trusted keys signed exactly this payload',
      (folder) =>
        changeEvidence(
          folder,
          (envelope) => (envelope.signatures[0]!.sig = `${envelope.signatures[0]!.sig.slice(0, -8)}AAAAAAA=`),
        ),
    ],
    [
      'a key',
      'does not match its id',
      async (folder) => {
        const file = join(folder, 'keys', 'index.json');
        const keys = JSON.parse(await readFile(file, 'utf8')) as { purpose: string; publicKeyPem: string }[];
        for (const key of keys) if (key.purpose === 'build') key.publicKeyPem = generateKeyPair().publicKeyPem;
        await writeFile(file, JSON.stringify(keys));
      },
    ],
    [
      'the evidence by a file that the index does not name',
      'it is not listed in the index',
      async (folder) => writeFile(join(folder, 'evidence', 'extra.sigstore.json'), '{}'),
    ],
  ])('refuses a change of %s', async (_what, why, change) => {
    const folder = await download();
    await change(folder);
    const run = await api.lane('dev', 'bundle', 'verify', folder, '--digest', bundle);
    expect([run.code, run.stdout]).toEqual([10, expect.stringContaining(why)]);
    expect(run.stdout).toMatch(/: [1-9] of \d+ checks failed$/);
  });

  it('verifies what was signed about an SDK, and lane bundle show lists it', async () => {
    const folder = await download();
    const { stdout } = await api.lane('dev', 'bundle', 'verify', folder);
    for (const kind of ['provenance', 'signature', 'sbom-spdx', 'sbom-cyclonedx'])
      expect(stdout).toMatch(new RegExp(`✓ +signature +${kind} of client`));
    const shown = (await api.lane('dev', 'bundle', 'show', shortId(bundle))).stdout;
    expect(shown).toMatch(/sdk +client +sha256:/);
    for (const kind of ['provenance', 'signature', 'sbom-spdx', 'sbom-cyclonedx'])
      expect(shown).toMatch(new RegExp(`${kind} +sdk client +builder`));
  });

  it('refuses one changed byte in any file, and any missing file', async () => {
    const folder = await download();
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
      (entry) => entry.isFile() && !entry.name.endsWith('.pem'),
    );
    for (const entry of files) {
      const path = join(entry.parentPath, entry.name);
      const bytes = await readFile(path);
      const changed = Buffer.from(bytes);
      const at = Math.floor(changed.length / 2);
      changed[at] = changed[at]! ^ 1;
      for (const damage of [() => writeFile(path, changed), () => rm(path)]) {
        await damage();
        expect([path, (await api.lane('dev', 'bundle', 'verify', folder, '--digest', bundle)).code]).toEqual([
          path,
          10,
        ]);
        await writeFile(path, bytes);
      }
    }
  });

  it('trusts only the pinned keys', async () => {
    const folder = await download();
    const pinned = await scratchFolder();
    expect((await api.lane('dev', 'bundle', 'verify', folder, '--keys', pinned)).code).toBe(10);
    for (const name of await readdir(join(folder, 'keys')))
      if (name.endsWith('.pem')) await cp(join(folder, 'keys', name), join(pinned, name));
    expect((await api.lane('dev', 'bundle', 'verify', folder, '--keys', pinned)).code).toBe(0);
  });
});
