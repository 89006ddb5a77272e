import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withHeartbeat } from './log.mjs';
import { cacheDir } from './paths.mjs';
import { findOnPath, run, tail } from './run.mjs';
import { fromRelease } from './tool.mjs';

const version = '1.31.0';

function releaseFor(platform, arch) {
  const name = { linux: 'linux', darwin: 'macOS' }[platform];
  if (!name) return undefined;
  const folder = `temporal-test-server_${version}_${name}_${arch}`;
  return {
    file: `${folder}.tar.gz`,
    url: `https://github.com/temporalio/sdk-java/releases/download/v${version}/${folder}.tar.gz`,
    member: `${folder}/temporal-test-server`,
  };
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>dev.lanekeeper</groupId><artifactId>test-server</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId><version>${version}</version></dependency>
  </dependencies>
</project>
`;

async function fromMaven(tool, folder) {
  const java = findOnPath('java');
  const maven = findOnPath('mvn');
  if (!java || !maven)
    throw new Error(`${[!java && 'java', !maven && 'mvn'].filter(Boolean).join(' and ')} not on PATH`);
  await writeFile(join(folder, 'pom.xml'), pom);
  const args = [
    '-B',
    '-ntp',
    '-f',
    join(folder, 'pom.xml'),
    'dependency:copy-dependencies',
    `-DoutputDirectory=${join(folder, 'lib')}`,
  ];
  const { code, output } = await withHeartbeat('resolving jars with Maven', () => run(maven, args, { cwd: folder }));
  if (code !== 0) throw new Error(`mvn failed\n${tail(output)}`);
  // The wrapper finds its jars beside itself, so that the folder can be renamed into place.
  const wrapper = [
    '#!/bin/sh',
    'here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)',
    'exec java -cp "$here/lib/*" io.temporal.testserver.TestServer "$@"',
    '',
  ].join('\n');
  await writeFile(join(folder, `${tool.name}.tmp`), wrapper, { mode: 0o755 });
  await rename(join(folder, `${tool.name}.tmp`), join(folder, tool.name));
  return 'Maven jars, run by java';
}

/** Temporal's time-skipping test server, for tests of long timers. */
export const testServer = {
  name: 'temporal-test-server',
  version,
  release: releaseFor,
  routes: [
    ['official download', fromRelease],
    ['Maven', fromMaven],
  ],
  advice: `Install Java 17 and Maven, or put a time-skipping test server ${version} at ${join(cacheDir, `temporal-test-server-${version}`, 'temporal-test-server')}, and run this again.`,
};
