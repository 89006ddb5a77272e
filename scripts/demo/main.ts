import { existsSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runLoadClient } from './load-client.js';
import type { Scene } from './scene.js';
import { Stage, StepFailed, stepIds } from './stage.js';
import { startStack } from './stack.js';
import { gold } from './steps/gold.js';
import { bronze, silver } from './steps/lanes.js';
import { release } from './steps/release.js';
import { rollback, tamper } from './steps/rollback.js';
import { rules } from './steps/rules.js';
import { soak } from './steps/soak.js';
import { second } from './steps/second.js';
import { time } from './steps/time.js';
import { root, Tools, toolsFile } from './tools.js';
import { pidOf, short } from './world.js';

const sabotages = ['dead-router', 'wrong-key', 'wrong-digest'] as const;
const usage = `usage: npm run demo -- [--once] [--json] [--uncontained] [--patience SECONDS] [--break ${sabotages.join('|')}]`;

/**
 * How long the demo waits for each thing by default: long enough for a slow machine, so that only something stuck ends
 * the demo.
 */
const defaultPatience = '300';

const values = readOptions();
const patienceMs = Number(values.patience) * 1_000;
if (values['load-client'] !== undefined) runLoadClient(values['load-client'], patienceMs);
else process.exitCode = await main();

function readOptions() {
  try {
    return parseArgs({
      options: {
        once: { type: 'boolean' },
        json: { type: 'boolean' },
        uncontained: { type: 'boolean' },
        break: { type: 'string' },
        folder: { type: 'string' },
        patience: { type: 'string', default: defaultPatience },
        'load-client': { type: 'string' },
      },
    }).values;
  } catch (error) {
    // Its first sentence names what was not understood; the rest is about positional arguments, of which there are none.
    const [what] = (error instanceof Error ? error.message : String(error)).split('. ');
    process.stderr.write(`error: ${what ?? ''}\n${usage}\n`);
    process.exit(2);
  }
}

const interruption = new Error('interrupted');

/** Runs the whole journey of a release. @returns the exit code: 0 only when every step succeeded */
async function main(): Promise<number> {
  const sabotage = sabotages.find((known) => known === values.break);
  if (sabotage !== values.break || !(patienceMs > 0 && Number.isFinite(patienceMs))) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  if (!existsSync(toolsFile)) {
    process.stderr.write(
      'error: the demo has not been set up yet\nnext: npm run setup, or npm run demo, which does it\n',
    );
    return 1;
  }
  const interrupted = new Promise<void>((resolve) => {
    process.on('SIGINT', () => resolve());
    process.on('SIGTERM', () => resolve());
  });
  const stage = new Stage(values.json ?? false);
  const folder = values.folder ?? join(root, '.lanekeeper-demo');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const tools = new Tools(stage, folder, patienceMs);
  const nothing = { bundle: '', revision: '' };
  const scene: Scene = { stage, tools, folder, sabotage, stack: undefined, first: nothing, second: nothing };
  try {
    stage.say('Lanekeeper: one release, from a commit to gold and back, every step checked from the outside.\n');
    await Promise.race([play(scene), interrupted.then(() => Promise.reject(interruption))]);
  } catch (error) {
    if (error === interruption) return await stopEarly(scene);
    if (!(error instanceof StepFailed)) stage.say(`✗ ${error instanceof Error ? error.message : String(error)}`);
  }
  if (sabotage === 'dead-router') resume(tools);
  const allSucceeded = stage.close();
  stage.say(`\n${stage.reports.filter((report) => report.ok).length} of ${stage.reports.length} steps succeeded.`);
  if (values.once !== true && allSucceeded) {
    await describeWorld(stage, scene);
    await interrupted;
  }
  await scene.stack?.stop();
  return allSucceeded ? 0 : 1;
}

/** Stops after Ctrl-C: what was not reached has not failed. @returns the exit code */
async function stopEarly({ stage, stack }: Scene): Promise<number> {
  stage.say(`\nInterrupted after ${stage.reports.length} of ${stepIds.length} steps; stopping the stack.`);
  await stack?.stop();
  return 130;
}

async function play(scene: Scene): Promise<void> {
  const { stage, tools } = scene;
  await prepareRepository(tools);
  await stage.step('stack.ready', 'API, Temporal, its UI, database, worker and router respond', async () => {
    const stack = await startStack(tools, values.uncontained === true ? ['--uncontained'] : []);
    scene.stack = stack;
    const [api, ui] = await Promise.all([fetch(`${stack.apiUrl}/healthz`), fetch(stack.temporalUiUrl)]);
    const doctor = await tools.lane('doctor');
    return {
      ok: api.ok && ui.ok && doctor.code === 0,
      seen: `API ${api.status}, Temporal UI ${ui.status}, lane doctor ${String(doctor.code)}${doctor.code === 0 ? '' : `: ${doctor.stdout}${doctor.stderr}`}`,
    };
  });
  if (values.once !== true) await invite(stage, tools);
  await release(scene);
  await bronze(scene);
  await silver(scene);
  await gold(scene);
  await second(scene);
  await rollback(scene);
  await time(scene);
  await rules(scene);
  await soak(scene);
  await tamper(scene);
}

/** Creates a repository with one commit by a named author. */
async function prepareRepository(tools: Tools): Promise<void> {
  await cp(join(root, 'examples', 'agents-runtime'), tools.repository, {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
  await tools.git('init', '--quiet', '--initial-branch', 'main');
  await tools.commit('An agent runtime with a web front');
}

function resume(tools: Tools): void {
  try {
    process.kill(pidOf(tools, 'router'), 'SIGCONT');
  } catch {
    // It has ended, so it needs no signal.
  }
}

/** Prints where everything is. */
/** Says how to look at the page; a link signs one browser in, within two minutes. */
async function invite(stage: Stage, tools: Tools): Promise<void> {
  const { stdout } = await tools.quietLane('dashboard', '--print', '--no-key');
  stage.say(`\nThe page, for one browser, within two minutes:  ${stdout.trim()}\n`);
}

async function describeWorld(stage: Stage, scene: Scene): Promise<void> {
  const status = await scene.tools.quietLane('status');
  stage.say(`\n${status.stdout}`);
  stage.say(`Temporal UI   ${scene.stack?.temporalUiUrl ?? ''}`);
  stage.say(`manifest      ${join(scene.folder, 'bundle', 'release', 'agents', 'manifest.yaml')}`);
  stage.say(`evidence      ${join(scene.folder, 'bundle', 'evidence')}`);
  stage.say(
    `try it        LANEKEEPER_STACK=${scene.tools.dataDir} ${join(root, 'bin', 'lane')} bundle show ${short(scene.first.bundle)}`,
  );
  await invite(stage, scene.tools);
  stage.say('Everything keeps running until Ctrl-C.');
}
