import { expect, test } from '@jest/globals';
import { judge } from '../../apps/api/builds-health.js';
import { formatWorkerIdentity, parseWorkerIdentity } from '../../temporal-config/worker-identity.js';

const worker = (builds: string) => ({ pid: 1, host: 'machine', builds });

test.each([
  ['nobody', [], false, 'no worker serves the build queue'],
  ['bubblewrap', [worker('bubblewrap')], true, 'contained by bubblewrap'],
  ['two forms', [worker('namespaces'), worker('bubblewrap')], true, 'contained by bubblewrap and namespaces'],
  ['one without containment', [worker('bubblewrap'), worker('none')], false, 'not contained'],
  ['one that refuses builds', [worker('bubblewrap'), worker('refused')], false, 'refused'],
  ['one that does not say', [worker('bubblewrap'), undefined], false, 'does not say'],
])('of the workers of the build queue the weakest counts: %s', (_who, workers, ok, detail) => {
  expect(judge(workers)).toEqual({ ok, detail: expect.stringContaining(detail) });
});

test('the identity of a worker says how it contains builds, and another is not taken for one', () => {
  expect(parseWorkerIdentity(formatWorkerIdentity(worker('bubblewrap')))).toEqual(worker('bubblewrap'));
  for (const other of ['', '1@machine', '1@machine builds:', 'x@machine builds:none', '1@a b builds:none'])
    expect(parseWorkerIdentity(other)).toBeUndefined();
});
