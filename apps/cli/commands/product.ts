import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { parseProductFile, productFileName } from '../../../core/release/product-file.js';
import { wordsOfProfileInEffect } from '../../../core/policy/profile-in-effect.js';
import { wordsFrom } from '../../../core/policy/words-of-profile.js';
import { ProfileWordsSchema } from '#gen/governance/v1/profile_words_pb.js';
import { type Product, ProductSchema } from '#gen/release/v1/product_pb.js';
import type { MakeAction } from '../program/command-module.js';
import type { Context } from '../program/context.js';
import { readCommit } from '../release/git.js';
import { toPlain } from '../output/plain.js';
import { relativeTime } from '../output/relative-time.js';
import { renderFields, renderTable } from '../output/table.js';
import { instantOf } from '../output/words.js';
import { bundleTable } from '../views/bundle-table.js';
import { laneTable } from '../views/lane-table.js';
import { defineRepositories } from './product/repositories.js';

/** `lane product add | rebind | repositories | list | show` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .command('add')
    .description('Register the product of a repository, which binds it to that')
    .argument('[folder]', 'Folder in the repository', '.')
    .option('--name <product>', 'Name of the product (default: from lanekeeper.yaml)')
    .option('--repository <location>', 'Folder or URL that releases read commits from (default: the folder)')
    .action(
      makeAction(async (context, [folder]: [string], options: { name?: string; repository?: string }) => {
        const repository = await locationOf(context, options.repository ?? folder);
        const name = options.name ?? (await nameIn(context, await repositoryOf(context, folder)));
        const { product } = await (await context.api()).products.registerProduct({ name, repository });
        if (product !== undefined)
          await context.show.object(
            'Product',
            toPlain(ProductSchema, product),
            () => `product ${product.name} is registered with repository ${product.repository}`,
          );
        return undefined;
      }),
    );
  command
    .command('rebind')
    .description('Bind a product to another repository, as an operator; it is on record with the reason')
    .argument('<product>', 'Name of the product')
    .requiredOption('--repository <location>', 'Folder or URL that releases read commits from, from now on')
    .requiredOption('--reason <text>', 'Why')
    .action(
      makeAction(async (context, [name]: [string], options: { repository: string; reason: string }) => {
        const repository = await locationOf(context, options.repository);
        const { product } = await (await context.api()).products.rebindProduct({ ...options, name, repository });
        if (product !== undefined)
          await context.show.object(
            'Product',
            toPlain(ProductSchema, product),
            () => `product ${product.name} is bound to repository ${product.repository}`,
          );
        return undefined;
      }),
    );
  defineRepositories(command, makeAction);
  command
    .command('list')
    .description('List products')
    .action(makeAction(async (context) => listProducts(context)));
  command
    .command('show')
    .description('Show a product with its lanes and newest bundles')
    .argument('<product>', 'Name of the product')
    .action(makeAction(async (context, [name]: [string]) => showProduct(context, name)));
}

/** Lists the products; also `lane get products`. */
export async function listProducts(context: Context): Promise<undefined> {
  const { products } = await (await context.api()).products.listProducts({});
  await context.show.list(
    'Product',
    products.map((product) => toPlain(ProductSchema, product)),
    () =>
      products.length === 0
        ? 'no products yet: run lane init, then lane release'
        : productTable(products, context.now()),
  );
  return undefined;
}

function productTable(products: readonly Product[], now: Date): string {
  return renderTable(
    ['PRODUCT', 'REGISTERED', 'REPOSITORY'],
    products.map((product) => [product.name, relativeTime(instantOf(product.createdAt), now), product.repository]),
  );
}

async function showProduct(context: Context, name: string): Promise<undefined> {
  const api = await context.api();
  const { product, profile } = await api.products.getProduct({ name });
  const words = wordsFrom(profile?.lexicon ?? []);
  const [{ lanes }, { bundles }] = await Promise.all([
    api.promotions.listLanes({ product: name }),
    api.bundles.listBundles({ product: name, pageSize: 5 }),
  ]);
  if (product === undefined) return undefined;
  const plain = {
    ...toPlain(ProductSchema, product),
    ...(profile !== undefined && { profile: toPlain(ProfileWordsSchema, profile) }),
  };
  await context.show.object('Product', plain, () =>
    [
      renderFields([
        ['product', product.name],
        ['repository', product.repository],
        ['profile', wordsOfProfileInEffect(profile)],
      ]),
      laneTable(lanes, context),
      bundles.length === 0 ? `no ${words.many('bundle')} yet: run lane release` : bundleTable(bundles, context, words),
    ].join('\n\n'),
  );
  return undefined;
}

/** Where releases read commits from: a URL as it is given, or the root of the repository that a folder is in. */
async function locationOf(context: Context, given: string): Promise<string> {
  return URL.canParse(given) ? given : repositoryOf(context, given);
}

async function repositoryOf(context: Context, folder: string): Promise<string> {
  return (await readCommit(context, resolve(context.cwd, folder), 'HEAD')).root;
}

async function nameIn(context: Context, repository: string): Promise<string> {
  const commit = await readCommit(context, repository, 'HEAD');
  return parseProductFile(await commit.readFile(productFileName), `${productFileName} of ${basename(repository)}`).name;
}
