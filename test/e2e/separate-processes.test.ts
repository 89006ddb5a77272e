import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execaNode, execaSync } from 'execa';
import { findFreePorts } from '../../adapters/network/free-port.js';
import { generateKeyPair, writeKeyPair } from '../../adapters/sigstore/keys.js';
import { stopServices } from '../../apps/router/service-record.js';
import { type DatabaseProcess, databaseRoleOf } from '../../store/rights/roles.js';
import { type EmbeddedCluster, startCluster } from '../support/embedded-cluster.js';
import { repositoryOf } from '../support/git-repository.js';
import { scratchFolder } from '../support/scratch.js';
import { smallProduct } from '../support/small-product.js';
import { startTemporal, type TestTemporal } from '../support/temporal-server.js';
import { until } from '../support/until.js';

const dist = (program: string) => join(import.meta.dirname, '../../dist', `${program}.js`);

let cluster: EmbeddedCluster;
let temporal: TestTemporal;
let dataDir: string;
let ports: { readonly api: number; readonly enrolment: number; readonly lanes: number };
const cleanUp: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  cluster = await startCluster();
  cleanUp.push(() => cluster.close());
  dataDir = cluster.dataDir;
  temporal = await startTemporal(dataDir);
  cleanUp.push(() => temporal.close());
  const [api = 0, enrolment = 0] = await findFreePorts(2);
  ports = { api, enrolment, lanes: 25_000 + (process.pid % 400) * 20 };
});
afterAll(async () => {
  for (const close of cleanUp.reverse()) await close();
});

const surroundings = { PATH: process.env['PATH'], HOME: process.env['HOME'] };

/** Runs the command that prepares a database, as its owner. */
function prepare(...args: string[]): { readonly code: number | undefined; readonly output: string } {
  const env = { ...surroundings, DATABASE_URL: cluster.adminUrl };
  const { exitCode, all } = execaSync(process.execPath, [dist('stack'), 'migrate', '--data', dataDir, ...args], {
    ...({ env, extendEnv: false, all: true, reject: false } as const),
  });
  return { code: exitCode, output: all };
}

/** Starts a program with the way to the database of one process, and no other. */
async function startProcess(program: string, process: DatabaseProcess, more = {}): Promise<void> {
  const passwords = JSON.parse(await readFile(join(dataDir, 'role-passwords.json'), 'utf8')) as Record<string, string>;
  const url = new URL(cluster.adminUrl);
  url.username = databaseRoleOf(process);
  url.password = passwords[process] ?? '';
  const env = {
    ...surroundings,
    DATABASE_URL: url.href,
    TEMPORAL_ADDRESS: temporal.address,
    LANEKEEPER_DATA: dataDir,
    LANEKEEPER_POLICY_ROOTS: (await readFile(join(dataDir, 'policy-roots'), 'utf8')).trim(),
    ...more,
  };
  const options = { env, extendEnv: false, reject: false, ipc: true, stdout: 'ignore', stderr: 'inherit' } as const;
  const child = execaNode(dist(program), options);
  cleanUp.push(async () => {
    child.kill('SIGTERM');
    await child;
  });
  await child.getOneMessage();
}

const pemOf = async (folder: string) => {
  const pair = generateKeyPair();
  await writeKeyPair(pair, { privateKey: join(folder, 'key.pem'), publicKey: join(folder, 'pub.pem') });
  return pair.publicKeyPem;
};

/** The first people of a tenant, each with a key of their own, and the keys of the sign queue. */
async function writeFounders(): Promise<string> {
  const person = async (name: string, ...roles: string[]) => ({
    ...{ name, kind: 'human', roles: ['operator', ...roles], addresses: [`${name}@acme.example`] },
    keys: [{ purpose: 'person', publicKeyPem: await pemOf(join(dataDir, 'identities', name)) }],
  });
  const service = async (name: string, purpose: string) => ({
    ...{ name, kind: 'service' },
    keys: [{ purpose, publicKeyPem: await pemOf(join(dataDir, 'keys', purpose)) }],
  });
  const founders = [
    await person('erin', 'developer', 'release-manager'),
    await person('frank'),
    await service('acme-builder', 'build'),
    await service('acme-verifier', 'verification'),
  ];
  const file = join(dataDir, 'founders.json');
  await writeFile(file, JSON.stringify(founders));
  return file;
}

/** What `lane` needs to reach the processes as a person. */
async function runLane(person: string, cwd: string, ...args: string[]): Promise<string> {
  const { all, stdout, failed } = execaSync(process.execPath, [dist('lane'), '--as', person, ...args], {
    ...({ cwd, extendEnv: false, all: true, reject: false } as const),
    env: { ...surroundings, LANEKEEPER_STACK: join(dataDir, 'stack.json'), GIT_CONFIG_GLOBAL: '/dev/null' },
  });
  if (failed) throw new Error(`lane ${args.join(' ')} failed:\n${all}`);
  return stdout;
}

test('a tenant is founded by two operators, and by nobody afterwards', async () => {
  const lonely = join(dataDir, 'lonely.json');
  await writeFile(lonely, JSON.stringify([{ name: 'erin', kind: 'human', roles: ['operator'], keys: [] }]));
  expect(prepare('--tenant', 'acme', '--founders', lonely)).toMatchObject({
    code: 1,
    output: expect.stringContaining('a tenant needs two operators'),
  });
  expect(prepare('--tenant', 'acme')).toMatchObject({ code: 1, output: expect.stringContaining('belong together') });
  const founders = await writeFounders();
  expect(prepare('--tenant', 'acme', '--founders', founders)).toMatchObject({
    code: 0,
    output: expect.stringContaining('tenant acme has 4 principals'),
  });
  expect(prepare('--tenant', 'acme', '--founders', founders)).toMatchObject({
    code: 1,
    output: expect.stringContaining('has its first principals already'),
  });
});

test('processes that have only their own rights take a release of another tenant live, and enrol people', async () => {
  const enrolmentUrl = `http://127.0.0.1:${String(ports.enrolment)}`;
  const apiUrl = `http://127.0.0.1:${String(ports.api)}`;
  await startProcess('enrolment', 'enrolment', { LANEKEEPER_ENROLMENT_PORT: String(ports.enrolment) });
  await startProcess('api', 'api', {
    LANEKEEPER_API_PORT: String(ports.api),
    LANEKEEPER_ENROLMENT_URL: enrolmentUrl,
  });
  cleanUp.push(() => stopServices(dataDir));
  await startProcess('router', 'router', { LANEKEEPER_LANE_PORT_BASE: String(ports.lanes) });
  for (const queue of ['control', 'build', 'sign', 'deploy'] as const)
    await startProcess('worker', queue, { LANEKEEPER_ROLES: queue });
  const stack = { state: 'ready', apiUrl, temporalAddress: temporal.address, namespace: 'default', dataDir };
  await writeFile(join(dataDir, 'stack.json'), JSON.stringify(stack));
  for (const name of ['erin', 'frank']) {
    await mkdir(join(dataDir, 'identities', name), { recursive: true });
    const token = await readFile(join(dataDir, 'tokens', 'acme', name), 'utf8');
    await writeFile(join(dataDir, 'identities', name, 'token'), token, { mode: 0o600 });
    await writeFile(join(dataDir, 'identities', name, 'token.origin'), apiUrl);
  }

  const { folder } = await repositoryOf(await scratchFolder(), smallProduct({ name: 'clock' }));
  expect(await runLane('erin', folder, 'whoami')).toContain('acme');
  await runLane('erin', folder, 'product', 'add');
  const { digest } = JSON.parse(await runLane('erin', folder, 'release', '-o', 'json')) as { digest: string };
  await runLane('erin', folder, 'promote', digest, '--to', 'bronze', '--wait');
  const status = JSON.parse(await runLane('erin', folder, 'status', '-o', 'json')) as {
    lanes: { lane: string; url: string }[];
  };
  const bronze = status.lanes.find(({ lane }) => lane === 'bronze')?.url ?? '';
  await until(async () => (await (await fetch(bronze)).text()) === 'small', 'the lane serves the release');

  await runLane('frank', folder, 'principal', 'add', 'grace', '--kind', 'human');
  expect(await runLane('frank', folder, 'principal', 'list')).toMatch(/grace +human/);
});
