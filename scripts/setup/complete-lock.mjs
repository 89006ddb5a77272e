#!/usr/bin/env node
/**
 * Completes package-lock.json after `npm install`. When a registry does not serve the packages of some platforms, npm
 * leaves them out of the lock file, and `npm ci` then rejects it on every machine. Each optional package that a locked
 * package names at an exact version gets an entry, with the platform from its name. The entry has no integrity, because
 * the package was never downloaded. `--check` only reports what is missing.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './paths.mjs';

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = {
  arm64: 'arm64',
  aarch64: 'arm64',
  x64: 'x64',
  arm: 'arm',
  armv7: 'arm',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  loong64: 'loong64',
};

function platformOf(name) {
  const words = name.split('/').pop().split('-');
  const os = words.find((word) => systems.includes(word));
  const cpu = words.map((word) => processors[word]).find((word) => word !== undefined);
  const libc =
    os !== 'linux'
      ? undefined
      : words.some((word) => word.startsWith('musl'))
        ? 'musl'
        : words.some((word) => word.startsWith('gnu'))
          ? 'glibc'
          : undefined;
  return os && cpu ? { os: [os], cpu: [cpu], ...(libc && { libc: [libc] }) } : undefined;
}

function findMissing(packages) {
  const missing = [];
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const known = packages[`${path}/node_modules/${name}`] ?? packages[`node_modules/${name}`];
      const platform = platformOf(name);
      if (known !== undefined || platform === undefined || !/^\d/.test(version)) continue;
      missing.push([
        `node_modules/${name}`,
        {
          version,
          cpu: platform.cpu,
          ...(entry.dev && { dev: true }),
          ...(platform.libc && { libc: platform.libc }),
          license: entry.license,
          optional: true,
          os: platform.os,
        },
      ]);
    }
  }
  return missing;
}

const file = join(root, 'package-lock.json');
const lock = JSON.parse(await readFile(file, 'utf8'));
const missing = findMissing(lock.packages);
if (process.argv.includes('--check')) {
  for (const [path] of missing)
    console.log(`package-lock.json has no entry for ${path}; run  node scripts/setup/complete-lock.mjs`);
  process.exitCode = missing.length > 0 ? 1 : 0;
} else {
  const entries = [...Object.entries(lock.packages), ...missing].sort(([a], [b]) => a.localeCompare(b, 'en'));
  await writeFile(`${file}.part`, `${JSON.stringify({ ...lock, packages: Object.fromEntries(entries) }, null, 2)}\n`);
  await rename(`${file}.part`, file);
  console.log(`added ${missing.length} packages for other platforms`);
}
