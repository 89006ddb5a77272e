import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import type { Containment, ContainmentName } from '../../adapters/containment/containment.js';
import { containmentsHere, detectContainment, whyNot } from '../../adapters/containment/detect.js';
import { removeTree } from '../../adapters/containment/ownership.js';
import { childEnvironment } from '../../adapters/process/child-environment.js';
import { runProcess } from '../../adapters/process/run-process.js';
import { onTestFinished } from '../support/clean-up.js';
import { enclose, type Enclosed, give } from '../support/enclosed.js';
import { scratchFolder } from '../support/scratch.js';
import { eventually } from '../support/until.js';

const environment = childEnvironment(process.env);
/** `bubblewrap` where it must be there, as in CI: then it is a failure that it is not. */
const expected = process.env['LANEKEEPER_EXPECT_CONTAINMENT'];

/** The forms that this machine offers; one that is missing is reported, and fails only where it is expected. */
const forms = new Map<ContainmentName, Containment>();
const scratch = await scratchFolder();
for (const one of containmentsHere()) {
  const why = await whyNot(one, { environment, scratchFolder: scratch });
  if (why === undefined) forms.set(one.name, one);
  else process.stderr.write(`containment by ${one.name} is not tested here: ${why}\n`);
}
if (forms.size === 0) throw new Error('this machine offers no containment: nothing can be shown about it');

/** Where /proc shows what a process sees as its root. */
const rootOf = (pid: number): string => join('/proc', String(pid), 'root');

/** How many processes have an argument like this one. */
async function running(argument: string): Promise<number> {
  const found = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return found.filter((line) => line === `sleep\0${argument}\0`).length;
}

test('the containment that is expected on this machine is the one in force', async () => {
  const detection = await detectContainment({ environment, scratchFolder: await scratchFolder() });
  const strongest = forms.keys().next().value;
  expect(detection.containment?.name).toBe(expected ?? strongest);
});

test('a machine without containment says why each form is missing, and accepts none only from those who say so', async () => {
  const file = join(await scratchFolder(), 'file');
  await writeFile(file, 'here nothing can be tried out');
  const without = { environment, scratchFolder: join(file, 'scratch') };
  const detection = await detectContainment(without);
  expect(detection).toEqual({ containment: undefined, why: expect.stringMatching(/bubblewrap: .*; namespaces: /) });
  const accepted = await detectContainment({ ...without, acceptUncontained: true });
  expect(accepted.containment?.name).toBe('none');
});

describe.each([...forms])('contained by %s, a command', (_name, containment) => {
  let enclosed: Enclosed;
  beforeEach(async () => {
    enclosed = await enclose(containment);
  });

  /** Runs a line that must fail, and says what it printed. */
  async function refused(line: string): Promise<string> {
    const { exitCode, tail } = await enclosed.run(line);
    expect([line, exitCode === 0, tail]).toEqual([line, false, tail]);
    return tail;
  }

  test('works as usual with Node, npm, a shell and /dev/null', async () => {
    const line =
      'node -p "6*7" 2>/dev/null && npm --version >/dev/null && echo in > here && hostname >/dev/null; ls -l here';
    const { exitCode, tail } = await enclosed.run(line);
    expect([exitCode, tail]).toEqual([0, expect.stringContaining('42\n')]);
    expect(await readFile(join(enclosed.inside, 'here'), 'utf8')).toBe('in\n');
  });

  test('sees neither a file beside its folder, nor a home, nor the data folder, nor the clone', async () => {
    const key = join(enclosed.folder, 'key.pem');
    await writeFile(key, 'the signing key', { mode: 0o644 });
    await chmod(enclosed.folder, 0o755);
    const clone = join(import.meta.dirname, '../../package.json');
    for (const path of [key, clone, '/etc/shadow', '/var/lib', '/run'])
      expect(await refused(`ls '${path}' && cat '${path}'`)).toMatch(/No such file/);
    const { stdout } = await enclosed.run(`ls -A '${homedir()}'`);
    const onTheWay = relative(homedir(), enclosed.inside).split('/')[0];
    expect(['', onTheWay]).toContain(stdout.toString().trim());
    const { tail } = await enclosed.run(`ls -A '${enclosed.folder}' /home /root 2>/dev/null; ls /`);
    expect(tail).not.toContain('key.pem');
  });

  test('writes nowhere but into its folder', async () => {
    const attempts = ['/usr', '/etc', '/', '/bin', '/dev', '/proc'].map(
      (folder) => `echo out > '${folder}/lanekeeper-escaped'`,
    );
    for (const line of attempts) expect(await refused(line)).toMatch(/Read-only|denied|nonexistent|not permitted/i);
    // Folders on the way to its own may be changed where it owns them in the enclosure; they are not those of the machine.
    await enclosed.run(`echo out > '${enclosed.folder}/lanekeeper-escaped'; echo out > /tmp/lanekeeper-escaped`);
    expect(await readdir(enclosed.folder)).toEqual(['inside', 'root']);
    expect(await readdir('/tmp')).not.toContain('lanekeeper-escaped');
  });

  test('does not get out through another process: there is none in its /proc but its own', async () => {
    const { pid } = process;
    for (const path of ['root/etc/passwd', 'cwd', 'fd', 'environ', 'mem', 'maps', 'ns/mnt'])
      expect(await refused(`ls -l /proc/${pid}/${path} && cat /proc/${pid}/${path}`)).toMatch(/No such file/);
    const { tail } = await enclosed.run(
      `for one in /proc/[0-9]*; do for part in root cwd; do ls "$one/$part${enclosed.folder}"; done; done`,
    );
    expect(tail).not.toContain('root\n');
    expect(await refused(`kill -0 ${pid}`)).toMatch(/No such process/);
  });

  test('cannot use the first process of its namespace either', async () => {
    const root = rootOf(1);
    const line = `kill -9 1; echo x > '${root}${enclosed.folder}/out'; nsenter -t 1 -m -p -- touch ${join(root, 'out')}`;
    await refused(line);
    const { tail } = await enclosed.run(`cat /proc/1/mem | head -c 1; ls -A "${join(root, rootOf(1))}"`);
    expect(tail).not.toContain('root\n');
    expect(await readdir(enclosed.folder)).toEqual(['inside', 'root']);
  });

  test('has no right of root: it mounts nothing, makes no device, changes no root, becomes nobody else', async () => {
    const { stdout } = await enclosed.run('grep -E "^(Cap|NoNewPrivs)" /proc/self/status; id -u');
    const lines = stdout.toString().trim().split('\n');
    expect(lines.filter((line) => /^Cap\w+:\s*0+$/.test(line))).toHaveLength(5);
    expect(lines).toContain('NoNewPrivs:\t1');
    expect(lines.at(-1)).toBe(String(containment.user?.uid ?? process.getuid?.()));
    for (const line of [
      'mount -t tmpfs none /tmp',
      'mount -o remount,bind,rw /usr && echo x > /usr/x',
      `umount -l '${enclosed.inside}'`,
      'mknod disk b 8 0',
      'mknod console c 5 1',
      'mkdir -p jail && chroot jail /bin/true',
      'setpriv --reuid 0 id',
      'chown 0:0 . && false',
      'hostname captured',
      'echo 1 > /proc/sys/kernel/panic',
    ])
      await refused(line);
  });

  test('gains nothing from a user namespace of its own', async () => {
    const line = `unshare -Urm sh -c 'mount -o remount,bind,rw / || mount -o remount,rw /usr; echo x > /usr/x; echo x > /x'`;
    await refused(line);
    await refused(
      `unshare -Urm sh -c 'umount -l /tmp; umount -l /proc; umount -R /; cat ${join(enclosed.folder, 'root', 'x')}'`,
    );
  });

  test('does not gain rights from a program that gives them', async () => {
    await enclosed.run('cp /usr/bin/id helper && chmod 4755 helper');
    const { stdout } = await enclosed.run('./helper -u');
    expect(stdout.toString().trim()).not.toBe(containment.user === undefined ? 'nobody' : '0');
    const { stdout: mounts } = await enclosed.run('grep -v nosuid /proc/self/mounts | grep -v " /dev/"');
    expect(mounts.toString()).toBe('');
  });

  test('leaves nothing running when it ends, though it let it go', async () => {
    await enclosed.run(
      '(setsid sleep 2711 >/dev/null 2>&1 </dev/null &) ; (nohup sleep 2711 >/dev/null 2>&1 &) ; true',
    );
    expect(await running('2711')).toBe(0);
  });

  test('that takes too long has ended, with everything that it started, when the caller hears of it', async () => {
    const line = '(setsid sleep 2712 >/dev/null 2>&1 </dev/null &) ; trap "" TERM INT; sleep 2712';
    const { timedOut } = await enclosed.run(line, {}, 1_000);
    expect([timedOut, await running('2712')]).toEqual([true, 0]);
  });

  test('dies with the worker, even if that one is killed outright', async () => {
    const enclosure = { cwd: enclosed.inside, writable: [enclosed.inside], readable: [], network: true };
    const mountPoint = join(enclosed.folder, 'root');
    const started = containment.command({ ...enclosure, mountPoint }, '/bin/sh', [
      '-c',
      '(setsid sleep 2713 &) ; sleep 2713',
    ]);
    const starter = execa('/bin/sh', ['-c', '"$@" & wait', 'starter', started.command, ...started.args], {
      ...{ cwd: enclosed.inside, env: environment, extendEnv: false, stdio: 'ignore', reject: false },
    });
    onTestFinished(() => void starter.kill('SIGKILL'));
    await eventually(async () => expect(await running('2713')).toBe(2));
    starter.kill('SIGKILL');
    await eventually(async () => expect(await running('2713')).toBe(0));
  });

  test('reads and writes the npm cache that it was given, and sees no other', async () => {
    const [mine, other] = [join(enclosed.folder, 'npm/a/mine'), join(enclosed.folder, 'npm/a/other')];
    for (const path of [mine, other]) await mkdir(path, { recursive: true });
    await give(containment, mine);
    await give(containment, other);
    const writable = [enclosed.inside, mine];
    expect((await enclosed.run(`echo package > '${mine}/one'`, { writable })).exitCode).toBe(0);
    const { exitCode } = await enclosed.run(`echo poison > '${other}/one' || echo poison > '${mine}/../other/one'`, {
      writable,
    });
    expect(exitCode).not.toBe(0);
    expect([await readdir(mine), await readdir(other)]).toEqual([['one'], []]);
  });

  test('reaches what is outside through no link that it makes', async () => {
    const key = join(enclosed.folder, 'key.pem');
    await writeFile(key, 'the signing key');
    await refused(`ln -s '${key}' link && cat link`);
    await refused(`ln '${key}' hard || cat hard`);
    await symlink(enclosed.folder, join(enclosed.inside, 'out'));
    await refused('cat out/key.pem');
    await enclosed.run('echo x > out/written; rm -rf out/key.pem out/root');
    expect(await readdir(enclosed.folder)).toEqual(['inside', 'key.pem', 'root']);
  });

  test('uses the network of the machine', async () => {
    const { address } = await loopbackServer();
    const { exitCode, tail } = await enclosed.run(
      `node -e 'fetch("${address}").then(async (r) => console.log(await r.text()))'`,
    );
    expect([exitCode, tail]).toEqual([0, 'reached\n']);
  });

  test('without a network reaches nothing, not even loopback or an abstract socket of the machine', async () => {
    const { address } = await loopbackServer();
    const abstract = await abstractServer();
    const connects = `node -e 'fetch("${address}").then(() => process.exit(0), () => process.exit(7))'`;
    expect((await enclosed.run(connects, { network: false })).exitCode).toBe(7);
    const script = `require("net").connect("\\0${abstract}").on("connect", () => process.exit(0)).on("error", () => process.exit(8))`;
    await writeFile(join(enclosed.inside, 'abstract.cjs'), script);
    expect((await enclosed.run('node abstract.cjs', { network: false })).exitCode).toBe(8);
  });

  test('without a network still has a loopback interface of its own', async () => {
    const script = `const s = require("http").createServer((q, r) => r.end("own")).listen(0, "127.0.0.1", () =>
      fetch("http://127.0.0.1:" + s.address().port).then(async (r) => { console.log(await r.text()); process.exit(0); }))`;
    await writeFile(join(enclosed.inside, 'own.cjs'), script);
    const { exitCode, tail } = await enclosed.run('node own.cjs', { network: false });
    expect([exitCode, tail]).toEqual([0, 'own\n']);
  });

  test('inherits no open file of the worker', async () => {
    const { stdout } = await enclosed.run('for one in /proc/self/fd/*; do readlink "$one"; done');
    const targets = stdout.toString().trim().split('\n');
    expect(targets.filter((target) => !/^(\/dev\/null|pipe:.*|socket:.*|\/proc\/.*)$/.test(target))).toEqual([]);
  });

  test('leaves a folder that the worker can remove, whatever it did to it', async () => {
    await enclosed.run('mkdir -p a/b/c; echo x > a/b/c/d; ln -s /etc a/link; chmod 0 a/b/c a/b; chmod 500 a');
    await removeTree(enclosed.inside);
    expect(await readdir(enclosed.folder)).toEqual(['root']);
    expect(await readdir('/etc')).not.toEqual([]);
  });
});

/** A server on loopback for one test. */
async function loopbackServer(): Promise<{ readonly address: string }> {
  const server = createHttpServer((_request, response) => response.end('reached')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => server.close());
  return { address: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
}

/** A server on an abstract socket, which no file system hides. @returns its name, and that it can be reached without containment */
async function abstractServer(): Promise<string> {
  const name = `lanekeeper-test-${String(process.pid)}`;
  const server = createServer((socket) => socket.end()).listen(`\0${name}`);
  await once(server, 'listening');
  onTestFinished(() => server.close());
  const script = `require("net").connect("\\0${name}").on("connect", () => process.exit(0)).on("error", () => process.exit(8))`;
  const { exitCode } = await runProcess({
    ...{ command: process.execPath, args: ['-e', script], cwd: '/', env: environment, timeoutMs: 10_000 },
  });
  expect(exitCode).toBe(0);
  return name;
}
