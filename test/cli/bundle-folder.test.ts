import { cp, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
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

async function someBlob(folder: string): Promise<string> {
  return (await readdir(join(folder, 'blobs', 'sha256')))[0]!;
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
    [
      'the blobs by a file that nothing names',
      'nothing in the bundle names it',
      async (folder) => writeFile(join(folder, 'blobs', 'sha256', '0'.repeat(64)), ''),
    ],
    [
      'a file into a link to the same bytes',
      'it is a link, or no file',
      async (folder) => {
        await rename(join(folder, 'manifest.json'), join(folder, 'elsewhere.json'));
        await symlink('elsewhere.json', join(folder, 'manifest.json'));
      },
    ],
    [
      'a folder into a link to the same files',
      'it is a link, or no file',
      async (folder) => {
        await rename(join(folder, 'blobs'), join(folder, 'elsewhere'));
        await symlink('elsewhere', join(folder, 'blobs'));
      },
    ],
    [
      'the index of evidence into a pipe that nobody writes to',
      'it is a link, or no file',
      async (folder) => {
        await rm(join(folder, 'evidence', 'index.json'));
        await execa('mkfifo', [join(folder, 'evidence', 'index.json')]);
      },
    ],
    ...['manifest.json', 'release/agents/manifest.yaml', 'keys/index.json', 'evidence/index.json'].map(
      (name): [string, string, (folder: string) => Promise<void>] => [
        `the size of ${name} to two gigabytes`,
        'it is larger than 16777216 bytes',
        (folder) => truncate(join(folder, name), 2 ** 31),
      ],
    ),
    [
      'the size of a blob to two gigabytes',
      'it is larger than 1073741824 bytes',
      async (folder) => truncate(join(folder, 'blobs', 'sha256', await someBlob(folder)), 2 ** 31),
    ],
    [
      'an id in the index of evidence into a path out of the folder',
      'is not a valid id',
      async (folder) => {
        const file = join(folder, 'evidence', 'index.json');
        const entries = JSON.parse(await readFile(file, 'utf8')) as Index[];
        await writeFile(file, JSON.stringify(entries.map((entry) => ({ ...entry, id: '../../outside' }))));
      },
    ],
  ])('refuses a change of %s', async (_what, why, change) => {
    const folder = await download();
    await change(folder);
    const run = await api.lane('dev', 'bundle', 'verify', folder, '--digest', bundle);
    expect([run.code, run.stdout]).toEqual([10, expect.stringContaining(why)]);
    expect(run.stdout).toMatch(/: [1-9]\d* of \d+ checks? failed$/);
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

  it('says of each problem in a folder of what kind it is', async () => {
    const folder = await download();
    await rm(join(folder, 'release/agents/manifest.yaml'));
    await writeFile(join(folder, 'keys', 'index.json'), '{');
    await truncate(join(folder, 'blobs', 'sha256', await someBlob(folder)), 2 ** 31);
    await writeFile(join(folder, 'blobs', 'extra'), '');
    const { stdout } = await api.lane('dev', 'bundle', 'verify', folder, '-o', 'json');
    const { findings } = JSON.parse(stdout) as { findings: { ok: boolean; problem?: string }[] };
    const kinds = new Set(findings.map(({ problem }) => problem));
    expect([...kinds].sort()).toEqual(['malformed', 'missing', 'too-large', 'unlisted', undefined]);
    expect(findings.every(({ ok, problem }) => ok === (problem === undefined))).toBe(true);
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
