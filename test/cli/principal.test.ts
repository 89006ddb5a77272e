import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Engine, startEngine } from '../support/engine.js';
import { gitAs, repositoryOf } from '../support/git-repository.js';
import { type ApiOnEngine, type LaneRun, startApiOn } from '../support/lane-runner.js';
import { scratchFolder } from '../support/scratch.js';
import { openPgpFingerprint, openPgpKey, sshFingerprint, sshKey } from '../support/signed-commits.js';
import { smallProduct } from '../support/small-product.js';

let engine: Engine;
let api: ApiOnEngine;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
}, 300_000);
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

/** The types of the events about identities, oldest first. */
async function events(): Promise<readonly unknown[]> {
  const rows = await engine.database.transaction('default', (tx) =>
    tx.query("select type, actor, data ->> 'principal' as about from method_events where product is null order by id"),
  );
  return rows.map((row) => Object.values(row).join(' '));
}

async function fileOf(text: string): Promise<string> {
  const path = join(await scratchFolder(), 'key');
  await writeFile(path, text);
  return path;
}

/** Another operator's answer to the only enrolment that waits. */
async function answered(operator: string, verb: 'approve' | 'reject' = 'approve'): Promise<LaneRun> {
  const { items } = (await api.json(operator, 'enrolment', 'list')) as { items: { id: string }[] };
  expect(items).toHaveLength(1);
  return api.lane(operator, 'enrolment', verb, String(items[0]?.id), '--yes');
}

/** Runs a command that needs a second operator, and has dev approve what it asks for. */
async function agreed(operator: string, ...args: string[]): Promise<void> {
  expect(await api.lane(operator, ...args)).toMatchObject({ code: 8 });
  expect(await answered('dev')).toMatchObject({ code: 0, stdout: expect.stringContaining('done: ') });
}

describe('lane principal', () => {
  it('lets everybody link their own address, and only operators those of others', async () => {
    const own = await api.lane('alice', 'principal', 'link', 'Alice@Work.example');
    expect(own).toMatchObject({ code: 0, stdout: expect.stringContaining('alice@work.example') });
    const other = ['principal', 'link', 'bob@work.example', '--to', 'bob'];
    const refused = await api.lane('alice', ...other);
    expect([refused.code, refused.stderr]).toEqual([
      4,
      expect.stringContaining('only an operator, or the person themselves, may ask to link address'),
    ]);
    expect(await api.lane('carol', ...other)).toMatchObject({ code: 0 });
    expect(await events()).toEqual(expect.arrayContaining(['address.linked alice alice', 'address.linked carol bob']));
  });

  it('adds a service and an agent with their addresses, which everybody sees', async () => {
    const add = ['principal', 'add', 'web-flow', '--kind', 'service', '--address', 'noreply@forge.example'];
    expect(await api.lane('alice', ...add)).toMatchObject({ code: 4 });
    expect(await api.lane('carol', ...add)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('service web-flow'),
    });
    expect(await api.lane('carol', ...add)).toMatchObject({ code: 6 });
    expect(await api.lane('carol', 'principal', 'add', 'coder', '--kind', 'agent')).toMatchObject({ code: 0 });
    const { items } = (await api.json('alice', 'get', 'principals')) as { items: unknown[] };
    expect(items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'web-flow', type: 'service', emails: ['noreply@forge.example'] }),
        expect.objectContaining({ name: 'coder', type: 'agent' }),
        expect.objectContaining({ name: 'alice', type: 'human' }),
      ]),
    );
  });

  it('takes an address from somebody with a reason, which is on record, when a second operator agrees', async () => {
    await api.lane('bob', 'principal', 'link', 'shared@work.example');
    const unlink = ['principal', 'unlink', 'shared@work.example', '--from', 'bob', '--reason', 'not his'];
    expect(await api.lane('bob', ...unlink)).toMatchObject({ code: 4 });
    await agreed('carol', ...unlink);
    expect((await api.lane('bob', 'principal', 'list')).stdout).not.toContain('shared@work.example');
    expect(await events()).toContain('address.unlinked carol bob');
    expect(await api.lane('carol', ...unlink)).toMatchObject({ code: 8 });
    expect(await answered('dev')).toMatchObject({ code: 5, stderr: expect.stringContaining('bob has no address') });
    expect(await answered('carol', 'reject')).toMatchObject({ code: 0 });
  });

  it('says who does not exist, and keeps a kind that it does not know from the API', async () => {
    const unknown = await api.lane('carol', 'principal', 'link', 'x@y.example', '--to', 'nobody');
    expect([unknown.code, unknown.stderr]).toEqual([5, expect.stringContaining('nobody is not enrolled')]);
    expect(await api.lane('carol', 'principal', 'add', 'x', '--kind', 'robot')).toMatchObject({ code: 2 });
  });
});

describe('lane keys', () => {
  it('enrols, lists and revokes the keys that sign commits, for two operators', async () => {
    const enrol = ['keys', 'enrol', await fileOf(sshKey), '--to', 'bob'];
    expect(await api.lane('bob', ...enrol)).toMatchObject({ code: 4 });
    await agreed('carol', ...enrol);
    await agreed('carol', ...enrol);
    await api.lane('carol', 'keys', 'enrol', await fileOf(sshKey), '--to', 'alice');
    const taken = await answered('dev');
    expect([taken.code, taken.stderr]).toEqual([6, expect.stringContaining('it belongs to bob')]);
    await answered('dev', 'reject');
    await agreed('carol', 'keys', 'enrol', await fileOf(openPgpKey));
    expect((await api.lane('bob', 'keys', 'list')).stdout).toMatch(new RegExp(`carol.*${openPgpFingerprint}`));
    const revoke = ['keys', 'revoke', sshFingerprint, '--reason', 'lost'];
    expect(await api.lane('carol', ...revoke)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`done: revoke key ${sshFingerprint}`),
    });
    await api.lane('carol', ...enrol);
    expect(await answered('dev')).toMatchObject({ code: 6, stderr: expect.stringContaining('was revoked') });
    await answered('dev', 'reject');
  });

  it('sends no private key, and says what a file should be', async () => {
    const secret = await fileOf('-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n');
    const refused = await api.lane('carol', 'keys', 'enrol', secret);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('private key')]);
    expect(await api.lane('carol', 'keys', 'enrol', '/nowhere')).toMatchObject({ code: 5 });
  });
});

describe('lane release', () => {
  it('links the address with which its caller has committed here, once, and nobody else’s', async () => {
    const scratch = await scratchFolder();
    const { folder } = await repositoryOf(scratch, smallProduct({ name: 'linked' }));
    const release = () => {
      jest.spyOn(process, 'cwd').mockReturnValue(folder);
      return api.lane('dev', 'release', '--no-watch');
    };
    await gitAs(
      folder,
      { author: 'eve', committer: 'me' },
      'commit',
      '--quiet',
      '--amend',
      '--no-edit',
      '--reset-author',
    );
    await gitAs(
      folder,
      { author: 'eve', committer: 'me' },
      'commit',
      '--quiet',
      '--amend',
      '--no-edit',
      '--author',
      'eve <eve@example.com>',
    );
    const first = await release();
    expect(first.stderr).toContain('commits of me@example.com count as those of dev');
    expect(first.stderr).not.toContain('eve@example.com');
    expect((await release()).stderr).not.toContain('count as those of');
  });
});
