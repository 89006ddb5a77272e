import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scene } from '../scene.js';
import { type Answer, startLoadClient } from '../load-client.js';
import { answerOf, promotionOf, urlOf } from '../world.js';
import { cosignOne, type EvidenceEntry } from './release.js';

/** How many answers to wait for before the rollback, and again after it. */
const enough = 50;

/** Brings the first build back while a client sends fifty requests a second, if the machine can. */
export async function rollback(scene: Scene): Promise<void> {
  const { stage, tools, first, second } = scene;
  stage.say('\nThe second build disappoints. A rollback moves the alias back; the first build is still running.');
  const url = await urlOf(tools, 'gold');
  const client = startLoadClient(url, tools.patienceMs);
  const answersOf = (revision: string): readonly Answer[] =>
    client.answers.filter((answer) => answer.revision === revision);
  const answered = (revision: string): Promise<true> =>
    tools.until(`${enough} answers of revision ${revision.slice(0, 12)}`, () =>
      Promise.resolve(answersOf(revision).length >= enough || undefined),
    );
  try {
    await stage.step('rollback.live', 'the first build answers again after one command', async () => {
      await answered(second.revision);
      const asked = Date.now();
      const ended = await tools.lane(...rollbackCommand);
      if (ended.code !== 0)
        throw new Error(`lane rollback exited with code ${String(ended.code)}: ${ended.stderr.trim()}`);
      await answered(first.revision);
      const tookMs = (answersOf(first.revision)[0]?.at ?? Number.NaN) - asked;
      const answer = await answerOf(tools, url);
      const promotion = await promotionOf(tools, 'gold', first.bundle);
      return {
        ok: answer.revision === first.revision,
        seen: `gold answers "${answer.headline}" ${tookMs} ms after the command started`,
        ...(promotion !== undefined && { workflowId: promotion.run.workflowId }),
      };
    });
    await stage.step('rollback.traffic', 'requests kept coming the whole time, and none failed', async () => {
      await client.stop();
      const failed = client.answers.filter((answer) => answer.failure !== null);
      const why = failed[0] === undefined ? '' : ` (${failed[0].failure ?? ''})`;
      const builds = [second, first].map(({ revision }) => answersOf(revision).length);
      const seen = `${client.answers.length} requests, ${failed.length} failed${why}`;
      return {
        ok: failed.length === 0,
        seen: `${seen}; ${builds.join(' and ')} answered by the second and the first build`,
      };
    });
  } finally {
    await client.stop().catch(() => undefined);
  }
}

const rollbackCommand = [
  ...['rollback', 'agents-runtime', '--lane', 'gold'],
  ...['--reason', 'the second build disappoints', '--yes', '--as', 'carol'],
];

/** Changes one byte in a copy of the evidence; both verifiers refuse it. */
export async function tamper(scene: Scene): Promise<void> {
  const { stage, tools } = scene;
  stage.say('\nAn auditor does not have to trust us. One byte is changed in a copy of the evidence:');
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
    const key = join(tools.dataDir, 'keys', 'build', 'pub.pem');
    const accepted = await cosignOne(scene, { folder: original, entry, key });
    const refused = await cosignOne(scene, { folder: copy, entry, key });
    const files = await readdir(join(copy, 'evidence'));
    return {
      ok: good.code === 0 && accepted.code === 0 && bad.code !== 0 && refused.code !== 0,
      seen: `untouched: lane ${String(good.code)}, cosign ${String(accepted.code)}; one byte changed in one of ${files.length} files: lane ${String(bad.code)}, cosign ${String(refused.code)}`,
    };
  });
}

/** Changes one character inside the signed payload, so that the file is still valid JSON and base64. */
async function changeOneByte(path: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const at = text.indexOf('"payload":"') + '"payload":"'.length + 40;
  await writeFile(path, text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1));
}
