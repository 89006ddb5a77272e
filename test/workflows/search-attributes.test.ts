import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { completeNamespace } from '../../apps/stack/temporal/complete-namespace.js';
import { searchAttributeDefinitions } from '../../temporal-config/search-attributes.js';
import { type EmbeddedCluster, startCluster } from '../support/embedded-cluster.js';
import { startTemporal, type TestTemporal } from '../support/temporal-server.js';
import { until } from '../support/until.js';

let cluster: EmbeddedCluster;
let temporal: TestTemporal;
beforeAll(async () => {
  cluster = await startCluster();
  temporal = await startTemporal(cluster.dataDir);
});
afterAll(async () => {
  await temporal.close();
  await cluster.close();
});

test('a namespace that is older than some search attributes is given those, and only then ready', async () => {
  const old = ['LanekeeperStanding', 'LanekeeperGoals'];
  for (const name of old)
    expect(temporal.cli('operator', 'search-attribute', 'remove', '--name', name, '--yes').code).toBe(0);
  const types = () => {
    const { stdout } = temporal.cli('operator', 'search-attribute', 'list', '-o', 'json');
    return (JSON.parse(stdout) as { customAttributes: Record<string, string> }).customAttributes;
  };
  await until(() => Promise.resolve(old.every((name) => !(name in types()))), 'them to be gone');
  expect(await completeNamespace(temporal.address, 'default')).toBe(false);
  await until(() => completeNamespace(temporal.address, 'default'), 'the namespace to be ready');
  expect(Object.keys(types())).toEqual(expect.arrayContaining(searchAttributeDefinitions.map(({ name }) => name)));
});
