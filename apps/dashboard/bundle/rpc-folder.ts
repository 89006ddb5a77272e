import { type Client, createClient } from '@connectrpc/connect';
import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import { EvidenceService } from '#gen/governance/v1/evidence_service_pb.js';
import { IdentityService } from '#gen/governance/v1/identity_service_pb.js';
import { utf8Of } from '../../../core/bytes.js';
import { type BundleFolder, BundleProblem } from '../../../core/bundle-folder/folder.js';
import { evidenceEntryOf, keyEntryOf, layout } from '../../../core/bundle-folder/layout.js';
import { digestOf } from '../../../core/hash.js';
import { transport } from '../connection/transport.js';

/**
 * The evidence of a bundle and the enrolled keys as the folder that `lane bundle download` would make of them, for the one
 * verifier that there is. Only what it asks for is fetched.
 */
export function rpcFolder(bundle: string): BundleFolder {
  const evidence = createClient(EvidenceService, transport);
  const files = new Map<string, Promise<Uint8Array>>();
  const fetchFile = (name: string): Promise<Uint8Array> => {
    if (name === layout.evidenceIndex) return evidenceIndex(evidence, bundle);
    if (name === layout.keyIndex) return keyIndex();
    const id = /^evidence\/(.+)\.sigstore\.json$/.exec(name)?.[1];
    if (id === undefined) throw new BundleProblem('missing', `${name} is not fetched by the page`);
    return evidence.getEvidence({ attestationId: id }).then(({ signedStatement }) => signedStatement);
  };
  const read: BundleFolder['read'] = async (name, limitBytes) => {
    const found = files.get(name) ?? fetchFile(name);
    files.set(name, found);
    const bytes = await found;
    if (bytes.length > limitBytes)
      throw new BundleProblem('too-large', `${name} is larger than ${String(limitBytes)} bytes`);
    return bytes;
  };
  return {
    read,
    digest: async (name) => digestOf(await read(name, Infinity)),
    // A server answers with what is asked for, and has nothing else.
    list: () => Promise.resolve([]),
  };
}

async function evidenceIndex(client: Client<typeof EvidenceService>, bundle: string): Promise<Uint8Array> {
  const { attestations } = await client.listEvidence({ bundle });
  return json(attestations.map((each) => evidenceEntryOf(each, textOf(each.registeredAt))));
}

async function keyIndex(): Promise<Uint8Array> {
  const { principals } = await createClient(IdentityService, transport).listPrincipals({});
  return json(
    principals.flatMap(({ name, keys }) =>
      keys.map((key) => keyEntryOf(name, key, textOf(key.validFrom), textOf(key.validUntil))),
    ),
  );
}

function json(value: unknown): Uint8Array {
  return utf8Of(JSON.stringify(value));
}

function textOf(at: Timestamp | undefined): string {
  return at === undefined ? '' : timestampDate(at).toISOString();
}
