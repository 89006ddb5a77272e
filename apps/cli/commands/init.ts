import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { LanekeeperError } from '../../../core/errors.js';
import { parseProductFile, productFileName } from '../../../core/release/product-file.js';
import type { MakeAction } from '../program/command-module.js';
import { inspectProduct } from '../init/inspect.js';
import { renderProductFile } from '../init/render.js';

/** `lane init [FOLDER]` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('[folder]', 'Root folder of the product', '.')
    .option('--name <product>', 'Name of the product (default: from package.json, else from the folder)')
    .option('--force', 'Overwrite an existing lanekeeper.yaml')
    .action(
      makeAction(async (context, [given]: [string], options: { name?: string; force?: true }) => {
        const folder = resolve(context.cwd, given);
        const file = join(folder, productFileName);
        if (existsSync(file) && options.force !== true) {
          throw new LanekeeperError('CONFLICT', {
            message: `${productFileName} already exists`,
            object: file,
            next: 'edit it, or overwrite it with --force',
          });
        }
        const found = inspectProduct(folder);
        const product = { ...found, name: options.name ?? found.name };
        const text = renderProductFile(product);
        parseProductFile(text);
        await writeFile(file, text);
        await context.show.object('ProductFile', { file, name: product.name, doubts: [...found.doubts] }, () => file);
        for (const doubt of found.doubts) context.terminal.note(`please check: ${doubt}`);
        context.terminal.note(
          `next: git add ${productFileName} && git commit -m "Add ${productFileName}" ; then  lane release`,
        );
        return undefined;
      }),
    );
}
