import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { childEnvironment } from '../../adapters/process/child-environment.js';
import { buildActivitiesOf, buildDepsIn, fetched } from '../support/build-deps.js';
import { git, repositoryOfExample } from '../support/git-repository.js';
import { scratchFolder } from '../support/scratch.js';

/** Timers run as usual; only the clock is replaced. */
const timers = [
  ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const),
  ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
];

let umask = 0o022;
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: timers });
  // Setting the umask returns the old one.
  umask = process.umask(0o022);
});
afterEach(() => {
  process.umask(umask);
  jest.useRealTimers();
});

/** The digests of all images of a clone, built under the given circumstances. */
async function imagesOf(
  repository: { folder: string; revision: string },
  circumstances: { umask: number; now: string; variables: Record<string, string> },
): Promise<Digest[]> {
  process.umask(circumstances.umask);
  jest.setSystemTime(new Date(circumstances.now));
  const activities = buildActivitiesOf(
    buildDepsIn(await scratchFolder(), { environment: childEnvironment(process.env, circumstances.variables) }),
  );
  const { source, common } = await fetched(activities, repository, 'agents-runtime');
  const digests: Digest[] = [];
  for (const service of source.definition.services)
    digests.push((await activities.buildImage({ ...common, service: service.name })).image);
  return digests;
}

test('images from two clones are identical in different folders, umasks, time zones, languages and years', async () => {
  const folder = await scratchFolder();
  const one = await repositoryOfExample(join(folder, 'one'), 'agents-runtime');
  const other = { ...one, folder: join(folder, 'a much longer path', 'other') };
  await git(folder, 'clone', '--quiet', one.folder, other.folder);
  const first = await imagesOf(one, {
    umask: 0o022,
    now: '2026-03-01T00:00:00Z',
    variables: { TZ: 'UTC', LANG: 'C.UTF-8' },
  });
  const second = await imagesOf(other, {
    umask: 0o077,
    now: '2031-11-11T11:11:11Z',
    variables: { TZ: 'Asia/Tokyo', LANG: 'de_DE.UTF-8' },
  });
  expect(second).toEqual(first);
  expect(new Set(first).size).toBe(2);
});
