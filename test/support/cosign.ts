import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { toolPath } from './tool-path.js';

/** What cosign has to verify. */
export interface CosignRequest {
  /** A scratch folder for the files that cosign reads. */
  readonly folder: string;
  readonly bundle: Uint8Array;
  readonly publicKeyPem: string;
  readonly predicateType: string;
  /** The bytes whose digest is the subject of the statement. */
  readonly subject: Uint8Array;
}

/** Runs `cosign verify-blob-attestation`, offline. @returns what it printed. @throws when it refuses */
export async function cosignVerify(request: CosignRequest): Promise<string> {
  const file = (name: string): string => join(request.folder, name);
  await writeFile(file('bundle.json'), request.bundle);
  await writeFile(file('pub.pem'), request.publicKeyPem);
  await writeFile(file('subject'), request.subject);
  const env = { HOME: request.folder, PATH: process.env['PATH'] };
  const flags = ['--key', file('pub.pem'), '--bundle', file('bundle.json'), '--insecure-ignore-tlog'];
  const args = ['verify-blob-attestation', ...flags, '--type', request.predicateType, file('subject')];
  const { all } = await execa(toolPath('cosign'), args, { env, extendEnv: false, all: true });
  return all;
}
