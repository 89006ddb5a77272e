import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import canonicalize from 'canonicalize';
import { parse } from 'yaml';
import type { Scene } from '../scene.js';
import { type Ended, root } from '../tools.js';
import { short } from '../world.js';

/** One entry of the evidence index in a downloaded bundle. */
export interface EvidenceEntry {
  readonly id: string;
  readonly kind: string;
  readonly predicateType: string;
  readonly signer: string;
  readonly subjects: readonly string[];
}

interface Artifact {
  readonly kind: string;
  readonly name: string;
  readonly digest: string;
}

/** Releases the first commit and checks each step of the release in the downloaded bundle. */
export async function release(scene: Scene): Promise<void> {
  const { stage, tools } = scene;
  stage.say(
    '\nThe product is a repository with two services, an SDK and a plan. A release reads the commit, never the working folder.',
  );
  const released = await tools.laneJson<{
    digest: string;
    revision: string;
    artifacts: readonly Artifact[];
    releaseId: string;
  }>('release');
  scene.first = { bundle: released.digest, revision: released.revision };
  const folder = join(scene.folder, 'bundle');
  await tools.lane('bundle', 'download', short(released.digest), '--out', folder);
  if (scene.sabotage === 'wrong-digest')
    await writeFile(blobPath(folder, released.artifacts[0]?.digest ?? ''), '{"not":"what was built"}');
  const images = released.artifacts.filter((artifact) => artifact.kind === 'image');
  const sdks = released.artifacts.filter((artifact) => artifact.kind === 'sdk');
  const workflowId = `release/default/agents-runtime/${released.revision}`;
  const index = JSON.parse(await readFile(join(folder, 'evidence', 'index.json'), 'utf8')) as readonly EvidenceEntry[];
  const signed = index.filter((entry) => entry.signer === 'builder');

  await stage.step('release.built', 'an OCI image for each service, stored under its own digest', async () => {
    const wrong = await wrongBlobs(
      folder,
      images.map((image) => image.digest),
    );
    return {
      ok: images.length === 2 && wrong.length === 0,
      seen:
        wrong.length > 0
          ? `these files have another digest: ${wrong.join(', ')}`
          : images.map((image) => `${image.name} ${short(image.digest)}`).join(', '),
      workflowId,
    };
  });

  await stage.step(
    'release.described',
    'an SPDX and a CycloneDX SBOM of what is in each image and of what each SDK needs',
    async () => {
      const documents = await Promise.all(
        signed
          .filter((entry) => entry.kind.startsWith('sbom-'))
          .map(async (entry) => describe(entry, await predicateOf(folder, entry))),
      );
      return {
        ok:
          documents.length === 2 * (images.length + sdks.length) &&
          documents.every((document) => document.packages > 0),
        seen: documents.map((document) => `${document.kind}: ${document.packages} packages`).join(', '),
        workflowId,
      };
    },
  );

  await stage.step('release.signed', 'stock cosign accepts every signed statement', async () => {
    const refused = await cosignAll(scene, folder, signed);
    return {
      // One of them lists the commits.
      ok: refused.length === 0 && signed.length === 5 * images.length + 4 * sdks.length + 1,
      seen:
        refused.length > 0
          ? `refused: ${refused.join('; ')}`
          : `cosign verify-blob-attestation accepted ${signed.length} of ${signed.length}`,
      workflowId,
    };
  });

  await stage.step(
    'release.qualified',
    "the product's own tests ran against each unpacked image and passed",
    async () => {
      const results = await Promise.all(
        signed
          .filter((entry) => entry.kind === 'test-result')
          .map(async (entry) => ({ entry, predicate: await predicateOf(folder, entry) })),
      );
      const about = results.filter(({ entry }) => images.some((image) => entry.subjects.includes(image.digest)));
      const passed = about.every(
        ({ predicate }) => predicate['result'] === 'PASSED' && (predicate['passedTests'] as unknown[]).length > 0,
      );
      return {
        ok: about.length === images.length && passed,
        seen: about
          .map(
            ({ predicate }) =>
              `${String(predicate['result'])}: ${(predicate['passedTests'] as unknown[]).length} tests`,
          )
          .join(', '),
        workflowId,
      };
    },
  );

  await stage.step(
    'release.sealed',
    'release/agents/manifest.yaml is valid, has the digest of the bundle, and every digest in it is correct',
    async () => {
      const manifest: unknown = parse(await readFile(join(folder, 'release', 'agents', 'manifest.yaml'), 'utf8'));
      const schema = JSON.parse(
        await readFile(join(root, 'core', 'schemas', 'manifest.schema.json'), 'utf8'),
      ) as object;
      const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);
      const valid = validate(manifest);
      const digest = `sha256:${createHash('sha256')
        .update(canonicalize(manifest) ?? '')
        .digest('hex')}`;
      const named = [...new Set(JSON.stringify(manifest).match(/cas:sha256:[0-9a-f]{64}/g) ?? [])].map((uri) =>
        uri.slice(4),
      );
      const wrong = await wrongBlobs(folder, named);
      return {
        ok: valid && digest === released.digest && wrong.length === 0,
        seen: `bundle ${short(digest)}, ${valid ? 'valid' : 'invalid'}, ${named.length - wrong.length} of ${named.length} files match their digests`,
        workflowId,
      };
    },
  );
}

/** Runs cosign on every statement, each with the file that it is about. @returns what it refused */
async function cosignAll(scene: Scene, folder: string, entries: readonly EvidenceEntry[]): Promise<string[]> {
  let key = join(scene.tools.dataDir, 'keys', 'build', 'pub.pem');
  if (scene.sabotage === 'wrong-key') {
    key = join(scene.folder, 'wrong.pem');
    await writeFile(
      key,
      generateKeyPairSync('ec', {
        namedCurve: 'P-256',
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      }).publicKey,
    );
  }
  const shown = ['--key', 'pub.pem', '--bundle', 'STATEMENT', '--insecure-ignore-tlog', '--type', 'TYPE', 'FILE'];
  scene.stage.command('cosign', 'verify-blob-attestation', ...shown);
  const refused: string[] = [];
  for (const entry of entries) {
    const ended = await cosignOne(scene, { folder, entry, key });
    if (ended.code !== 0)
      refused.push(`${entry.kind} ${short(entry.subjects[0] ?? '')}: ${ended.stderr.trim().split('\n').at(-1) ?? ''}`);
  }
  return refused;
}

/** Runs cosign on one statement of a downloaded bundle. */
export function cosignOne(
  scene: Scene,
  what: { readonly folder: string; readonly entry: EvidenceEntry; readonly key: string },
): Promise<Ended> {
  const { folder, entry, key } = what;
  const bundle = join(folder, 'evidence', `${entry.id}.sigstore.json`);
  const flags = ['--key', key, '--bundle', bundle, '--insecure-ignore-tlog', '--type', entry.predicateType];
  return scene.tools.cosign('verify-blob-attestation', ...flags, blobPath(folder, entry.subjects[0] ?? ''));
}

function blobPath(folder: string, digest: string): string {
  return join(folder, 'blobs', 'sha256', digest.slice('sha256:'.length));
}

async function wrongBlobs(folder: string, digests: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    digests.map(async (digest) => ({
      digest,
      actual: `sha256:${createHash('sha256')
        .update(await readFile(blobPath(folder, digest)))
        .digest('hex')}`,
    })),
  );
  return found.filter(({ digest, actual }) => digest !== actual).map(({ digest }) => short(digest));
}

async function predicateOf(folder: string, entry: EvidenceEntry): Promise<Readonly<Record<string, unknown>>> {
  const bundle = JSON.parse(await readFile(join(folder, 'evidence', `${entry.id}.sigstore.json`), 'utf8')) as {
    dsseEnvelope: { payload: string };
  };
  return (
    JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString('utf8')) as {
      predicate: Record<string, unknown>;
    }
  ).predicate;
}

function describe(
  entry: EvidenceEntry,
  predicate: Readonly<Record<string, unknown>>,
): { kind: string; packages: number } {
  const list = predicate[entry.kind === 'sbom-spdx' ? 'packages' : 'components'];
  // SPDX lists what the document is about with the packages, CycloneDX beside them.
  const own = entry.kind === 'sbom-spdx' ? 0 : 1;
  return { kind: entry.kind, packages: own + (Array.isArray(list) ? list.length : 0) };
}
