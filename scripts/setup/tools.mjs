/** The command line tools that the stack, the demo and the tests start: their versions and where each may come from. */

const github = (repository, tag, file) => `https://github.com/${repository}/releases/download/${tag}/${file}`;
const supported = (platform) => platform === 'linux' || platform === 'darwin';

/** Temporal's command line; it contains the dev server (1.29.1) and the Temporal UI. */
export const temporal = {
  name: 'temporal',
  version: '1.5.1',
  versionArgs: ['--version'],
  readVersion: (output) => /temporal version (\d+\.\d+\.\d+)/.exec(output)?.[1],
  release: (platform, arch) =>
    supported(platform)
      ? {
          file: `temporal_cli_1.5.1_${platform}_${arch}.tar.gz`,
          url: github('temporalio/cli', 'v1.5.1', `temporal_cli_1.5.1_${platform}_${arch}.tar.gz`),
          checksums: github('temporalio/cli', 'v1.5.1', 'checksums.txt'),
          member: 'temporal',
        }
      : undefined,
  goPackage: 'github.com/temporalio/cli/cmd/temporal',
  advice: 'Install Go 1.24 or newer, or put `temporal` 1.5.1 or newer on PATH, and run this again.',
};

/** The verifier of signed statements that is not ours: the demo and the tests hold our bundles against it. */
export const cosign = {
  name: 'cosign',
  version: '2.5.0',
  versionArgs: ['version'],
  readVersion: (output) => /GitVersion:\s*v?(\d+\.\d+\.\d+)/.exec(output)?.[1],
  release: (platform, arch) =>
    supported(platform)
      ? {
          file: `cosign-${platform}-${arch}`,
          url: github('sigstore/cosign', 'v2.5.0', `cosign-${platform}-${arch}`),
          checksums: github('sigstore/cosign', 'v2.5.0', 'cosign_checksums.txt'),
        }
      : undefined,
  goPackage: 'github.com/sigstore/cosign/v2/cmd/cosign',
  advice: 'Install Go 1.23 or newer, or put `cosign` 2.5.0 or a newer 2.x on PATH, and run this again.',
};
