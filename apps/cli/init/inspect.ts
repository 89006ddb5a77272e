import { existsSync, readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { inspectService, type FoundService } from './inspect-service.js';
import { readPackage } from './package-file.js';

/** What was found out about a product. */
export interface FoundProduct {
  readonly name: string;
  readonly services: readonly FoundService[];
  readonly sdks: readonly { readonly name: string; readonly path: string; readonly build: readonly string[] }[];
  readonly plan: string | undefined;
  /** What a person should check, because it was guessed. */
  readonly doubts: readonly string[];
}

const serviceFolders = ['services', 'apps', 'packages'];
const sdkFolders = ['sdk', 'sdks', 'clients'];
const publicNames = /^(web|front|frontend|ui|app|www|site|gateway|api)$/;

/** Finds out what a product consists of. Never fails: what cannot be found is guessed and named in `doubts`. */
export function inspectProduct(folder: string): FoundProduct {
  const root = readPackage(folder);
  const parts = serviceFolders
    .flatMap((name) => packagesIn(join(folder, name)))
    .filter((path) => looksLikeService(path));
  const paths = parts.length > 0 ? parts : [folder];
  const found = paths.map((path) =>
    inspectService(path, relative(folder, path) || '.', nameOf(readPackage(path)?.name, basename(path))),
  );
  const frontService = found.find((service) => publicNames.test(service.name)) ?? found.at(-1);
  const services = found.map((service) => ({ ...service, route: found.length === 1 || service === frontService }));
  return {
    name: nameOf(root?.name, basename(folder)),
    services,
    sdks: sdkFolders
      .flatMap((name) => [join(folder, name), ...packagesIn(join(folder, name))])
      .filter(isPackage)
      .map((path) => sdkAt(folder, path)),
    plan: ['plan.json', 'plan.yaml', 'plan.yml'].find((file) => existsSync(join(folder, file))),
    doubts: [
      ...services.flatMap((service) =>
        service.doubts.map((doubt) => (services.length === 1 ? doubt : `${service.name}: ${doubt}`)),
      ),
      ...(services.length > 1
        ? [
            `the lane URL leads to ${frontService?.name ?? ''}: set \`route: true\` on the service that visitors should reach`,
          ]
        : []),
    ],
  };
}

function sdkAt(folder: string, path: string): FoundProduct['sdks'][number] {
  const file = readPackage(path);
  const build = [
    ...(existsSync(join(path, 'package-lock.json')) ? ['npm ci'] : []),
    ...(file?.scripts['build'] === undefined ? [] : ['npm run build']),
  ];
  return { name: nameOf(file?.name, basename(path)), path: relative(folder, path), build };
}

function looksLikeService(path: string): boolean {
  const file = readPackage(path);
  return file !== undefined && (file.scripts['start'] !== undefined || inspectService(path, '.', 'x').isCertain);
}

function packagesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map((entry) => join(folder, entry.name))
    .filter(isPackage)
    .sort();
}

function isPackage(path: string): boolean {
  return existsSync(join(path, 'package.json'));
}

/** A valid name for a product or service, from a package or folder name. */
export function nameOf(packageName: string | undefined, fallback: string): string {
  for (const candidate of [packageName?.replace(/^@[^/]+\//, ''), fallback, 'product']) {
    const name = (candidate ?? '')
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 63);
    if (name !== '') return name;
  }
  return 'product';
}
