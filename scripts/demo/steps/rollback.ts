import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scene } from '../scene.js';
import { startLoadClient, type Traffic } from '../load-client.js';
import { answerOf, promotionOf, urlOf } from '../world.js';
import { cosignOne, type EvidenceEntry } from './release.js';

/** Longest time from the command to the first answer of the first build. */
const withinMs = 1_000;

/** The first build answers again while a client asks fifty times a second. */
export async function rollback(scene: Scene): Promise<void> {
  const { stage, tools, first } = scene;
  stage.say('\nThe second build disappoints. Rolling back moves the alias; the first build was kept running.');
  const url = await urlOf(tools, 'gold');
  const client = startLoadClient(url);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const asked = Date.now();
  const ended = await tools.lane(
    'rollback',
    'agents-runtime',
    '--lane',
    'gold',
    '--reason',
    'the second build disappoints',
    '--yes',
    '--as',
    'carol',
  );
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const traffic: Traffic = await client.stop();
  const back = traffic.changes.find((change) => change.revision === first.revision && change.at >= asked);
  const tookMs = back === undefined ? Number.NaN : back.at - asked;
  await stage.step('rollback.live', `the first build answers again within ${withinMs} ms of the command`, async () => {
    const answer = await answerOf(url);
    const promotion = await promotionOf(tools, 'gold', first.bundle);
    return {
      ok: ended.code === 0 && answer.revision === first.revision && tookMs <= withinMs,
      seen: `gold answers "${answer.headline}" ${tookMs} ms after the command began${ended.code === 0 ? '' : `; lane said ${ended.stderr.trim()}`}`,
      ...(promotion !== undefined && { workflowId: promotion.run.workflowId }),
    };
  });
  await stage.step('rollback.traffic', 'a client at 50 requests a second saw none fail', () =>
    Promise.resolve({
      ok: traffic.failed === 0 && traffic.sent >= 100,
      seen: `${traffic.sent} requests, ${traffic.failed} failed${traffic.firstFailure === null ? '' : ` (${traffic.firstFailure})`}`,
    }),
  );
}

/** One byte changed in a copy of the evidence is refused by both. */
export async function tamper(scene: Scene): Promise<void> {
  const { stage, tools } = scene;
  stage.say('\nAn auditor needs neither us nor our word. One byte changed in a copy of the evidence:');
  await stage.step('tamper.refused', 'lane bundle verify and cosign both refuse it', async () => {
    const original = join(scene.folder, 'bundle');
    const copy = join(scene.folder, 'tampered');
    await cp(original, copy, { recursive: true });
    const index = JSON.parse(await readFile(join(copy, 'evidence', 'index.json'), 'utf8')) as readonly EvidenceEntry[];
    const entry = index.find((candidate) => candidate.kind === 'provenance');
    if (entry === undefined) throw new Error('there is no provenance to change');
    await changeOneByte(join(copy, 'evidence', `${entry.id}.sigstore.json`));
    const good = await tools.lane('bundle', 'verify', original);
    const bad = await tools.lane('bundle', 'verify', copy);
    const keys = {
      key: join(tools.dataDir, 'keys', 'build', 'pub.pem'),
      trustedRoot: join(scene.folder, 'trusted-root.json'),
    };
    const accepted = await cosignOne(scene, { folder: original, entry, ...keys });
    const refused = await cosignOne(scene, { folder: copy, entry, ...keys });
    const files = await readdir(join(copy, 'evidence'));
    return {
      ok: good.code === 0 && accepted.code === 0 && bad.code !== 0 && refused.code !== 0,
      seen: `untouched: lane ${String(good.code)}, cosign ${String(accepted.code)}; one byte changed in one of ${files.length} files: lane ${String(bad.code)}, cosign ${String(refused.code)}`,
    };
  });
}

/** Changes one character inside the signed payload, so that the file is still JSON and base64. */
async function changeOneByte(path: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const at = text.indexOf('"payload":"') + '"payload":"'.length + 40;
  await writeFile(path, text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1));
}
