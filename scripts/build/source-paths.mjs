import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';

/**
 * An esbuild plugin that keeps `import.meta.url` pointing at the original source file. The same line of code then finds
 * the files next to a module (migrations, schemas) in a test and in dist/.
 */
export function sourcePaths(root, dist) {
  return {
    name: 'source-paths',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (
          !path.startsWith(root + sep) ||
          path.includes(`${sep}node_modules${sep}`) ||
          !text.includes('import.meta.url')
        )
          return undefined;
        const fromDist = relative(dist, path).split(sep).join('/');
        const contents = text.replaceAll(
          'import.meta.url',
          `new URL(${JSON.stringify(fromDist)}, import.meta.url).href`,
        );
        return { contents, loader: 'ts' };
      });
    },
  };
}
