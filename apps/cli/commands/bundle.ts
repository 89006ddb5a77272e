import type { Command } from 'commander';
import type { MakeAction } from '../program/command-module.js';
import { diffBundles } from './bundle/diff.js';
import { download } from './bundle/download.js';
import { listBundles } from './bundle/list.js';
import { showBundle } from './bundle/show.js';
import { verify, type VerifyOptions } from './bundle/verify.js';

const bundleArgument = 'a bundle digest or a unique prefix of it';

/** `lane bundle list | show | diff | verify | download` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .command('list')
    .description('List bundles, newest first.')
    .option('--product <product>', 'only those of a product')
    .option('--limit <count>', 'how many', '50')
    .action(
      makeAction(async (context, _args, options: { product?: string; limit: string }) => listBundles(context, options)),
    );
  command
    .command('show')
    .description('Show a bundle: artifacts, evidence, and where it is live.')
    .argument('<bundle>', bundleArgument)
    .action(makeAction(async (context, [bundle]: [string]) => showBundle(context, bundle)));
  command
    .command('diff')
    .description('Say how two bundles differ.')
    .argument('<base>', 'the older bundle')
    .argument('<other>', 'the newer bundle')
    .option('--all', 'also what follows from other differences: signatures, reports, addresses')
    .action(
      makeAction(async (context, [base, other]: [string, string], options: { all?: true }) =>
        diffBundles(context, base, other, options.all === true),
      ),
    );
  command
    .command('verify')
    .description(
      'Verify a bundle: every digest computed again, every signature, what each statement is about. A folder is verified without any stack.',
    )
    .argument('<bundle>', 'the folder of a downloaded bundle, or a bundle digest or a unique prefix of it')
    .option('--digest <digest>', 'with a folder: the bundle digest that it must have')
    .option('--keys <folder>', 'trust only the public keys (PEM) in this folder, instead of those in the download')
    .action(
      makeAction(async (context, [bundle]: [string], options: VerifyOptions) => verify(context, bundle, options)),
    );
  command
    .command('download')
    .description('Download a bundle with its files, evidence and public keys.')
    .argument('<bundle>', bundleArgument)
    .option('--out <folder>', 'the folder to write; bundle-<id> where absent')
    .action(
      makeAction(async (context, [bundle]: [string], options: { out?: string }) =>
        download(context, bundle, options.out),
      ),
    );
}
