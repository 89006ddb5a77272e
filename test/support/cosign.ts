import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';

/** What cosign is asked to verify. */
export interface CosignRequest {
  /** A scratch folder for the files that cosign reads. */
  readonly folder: string;
  readonly bundle: Uint8Array;
  readonly publicKeyPem: string;
  readonly predicateType: string;
  /** The bytes whose digest the statement's subject names. */
  readonly subject: Uint8Array;
}

/** The path of the cosign that the set-up step fetched, or of the one on PATH. */
export function cosignPath(): string {
  const cache = join(
    process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
    'lanekeeper',
    'cosign-2.5.0',
    'cosign',
  );
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'cosign'));
  const found = [process.env['LANEKEEPER_COSIGN'] ?? '', cache, ...onPath].find(
    (path) => path !== '' && existsSync(path),
  );
  if (found === undefined) throw new Error('cosign is missing: run `npm run setup`');
  return found;
}

/** Runs `cosign verify-blob-attestation`, offline. @returns what it printed. @throws when it refuses */
export async function cosignVerify(request: CosignRequest): Promise<string> {
  const file = (name: string): string => join(request.folder, name);
  await writeFile(file('bundle.json'), request.bundle);
  await writeFile(file('pub.pem'), request.publicKeyPem);
  await writeFile(file('subject'), request.subject);
  const run = execa({ env: { HOME: request.folder, PATH: process.env['PATH'] }, extendEnv: false, all: true });
  await run(cosignPath(), ['trusted-root', 'create', '--out', file('trusted-root.json')]);
  const flags = [
    '--key',
    file('pub.pem'),
    '--bundle',
    file('bundle.json'),
    '--new-bundle-format',
    '--trusted-root',
    file('trusted-root.json'),
  ];
  return (
    await run(cosignPath(), [
      'verify-blob-attestation',
      ...flags,
      '--insecure-ignore-tlog',
      '--type',
      request.predicateType,
      file('subject'),
    ])
  ).all;
}
