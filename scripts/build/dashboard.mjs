import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip as gzipCallback } from 'node:zlib';
import { root } from '../setup/paths.mjs';

const gzip = promisify(gzipCallback);

/** Where the page is, within dist/. */
export const dashboardFolder = 'dashboard';

/** The name of a file of contracts alone, as generated code has it: it declares nothing. */
const nothingDeclared = 'ChtidWYvdmFsaWRhdGUvdmFsaWRhdGUucHJvdG8';

/**
 * Leaves out of the page how the rules of fields are declared (13 KiB compressed): the server checks what it is sent by
 * them, and the page only reads the messages that they stand beside.
 */
const withoutRulesOfFields = {
  name: 'without-rules-of-fields',
  load: (id) =>
    id.endsWith('/buf/validate/validate_pb.js')
      ? `import { fileDesc } from '@bufbuild/protobuf/codegenv2';
         export const file_buf_validate_validate = /*@__PURE__*/ fileDesc('${nothingDeclared}', []);`
      : null,
};

/**
 * Builds the page: files that are named by their content, and beside each its compressed form, as the API serves them.
 * Everything else about them is in the document, which names the first ones.
 */
export async function buildDashboard(dist) {
  const { build } = await import('vite');
  const part = join(dist, `.${dashboardFolder}-${process.pid}`);
  const folder = join(dist, dashboardFolder);
  try {
    await build({
      configFile: false,
      root: join(root, 'apps', 'dashboard'),
      publicDir: false,
      logLevel: 'warn',
      plugins: [withoutRulesOfFields],
      build: {
        outDir: part,
        emptyOutDir: true,
        target: 'es2022',
        // Which files a screen needs; the check of their size reads it.
        manifest: true,
        modulePreload: { polyfill: false },
        // Inlined files would need a policy that allows them.
        assetsInlineLimit: 0,
        reportCompressedSize: false,
        sourcemap: false,
        rolldownOptions: {
          // Packages mark what a server of pages must not run; there is none here.
          onwarn: (warning, report) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && report(warning),
        },
      },
    });
    await compress(part);
    await rm(folder, { recursive: true, force: true });
    await rename(part, folder);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

async function compress(folder) {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const file of files) {
    if (!file.isFile() || !/\.(js|css|html|svg)$/.test(file.name)) continue;
    const path = join(file.parentPath ?? file.path, file.name);
    await writeFile(`${path}.gz`, await gzip(await readFile(path), { level: 9 }));
  }
}
