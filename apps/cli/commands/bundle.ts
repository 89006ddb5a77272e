import type { Command } from 'commander';
import type { MakeAction } from '../program/command-module.js';
import { listCommits } from './bundle/commits.js';
import { diffBundles } from './bundle/diff.js';
import { download } from './bundle/download.js';
import { listBundles } from './bundle/list.js';
import { recall, type RecallOptions } from './bundle/recall.js';
import { showBundle } from './bundle/show.js';
import { verify, type VerifyOptions } from './bundle/verify.js';
import { descriptions } from '../program/descriptions.js';

/** `lane bundle list | show | commits | diff | verify | download | recall` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .command('list')
    .description('List bundles, newest first')
    .option('--product <product>', descriptions.product)
    .option('--limit <count>', descriptions.limit, '50')
    .action(
      makeAction(async (context, _args, options: { product?: string; limit: string }) => listBundles(context, options)),
    );
  command
    .command('show')
    .description('Show a bundle: its artifacts, its evidence, and where it is live')
    .argument('<bundle>', descriptions.bundle)
    .action(makeAction(async (context, [bundle]: [string]) => showBundle(context, bundle)));
  command
    .command('commits')
    .description('List the commits that a bundle brings to a lane, and whose they are')
    .argument('<bundle>', descriptions.bundle)
    .option('--to <lane>', 'Lane: bronze, silver or gold', 'gold')
    .action(
      makeAction(async (context, [bundle]: [string], { to }: { to: string }) => listCommits(context, bundle, to)),
    );
  command
    .command('diff')
    .description('Show how two bundles differ')
    .argument('<base>', 'Older bundle: digest, or a unique prefix of it')
    .argument('<other>', 'Newer bundle: digest, or a unique prefix of it')
    .option('--all', 'Also show what follows from other differences: signatures, reports, addresses')
    .action(
      makeAction(async (context, [base, other]: [string, string], options: { all?: true }) =>
        diffBundles(context, base, other, options.all === true),
      ),
    );
  command
    .command('verify')
    .description(
      'Verify a bundle: recompute every digest, and check every signature and what each statement is about. Verifying a folder needs no stack.',
    )
    .argument('<bundle>', 'Folder of a downloaded bundle, or a bundle digest, or a unique prefix of it')
    .option('--digest <digest>', 'With a folder: bundle digest that it must have')
    .option('--keys <folder>', 'Trust only the public keys (PEM) in this folder, instead of those in the download')
    .action(
      makeAction(async (context, [bundle]: [string], options: VerifyOptions) => verify(context, bundle, options)),
    );
  command
    .command('download')
    .description('Download a bundle with its files, its evidence and the public keys')
    .argument('<bundle>', descriptions.bundle)
    .option('--out <folder>', 'Folder to write (default: bundle-<id>)')
    .action(
      makeAction(async (context, [bundle]: [string], options: { out?: string }) =>
        download(context, bundle, options.out),
      ),
    );
  command
    .command('recall')
    .description('Call a bundle back: end its promotions, forbid new ones, and mark where it is live')
    .argument('<bundle>', descriptions.bundle)
    .requiredOption('--reason <text>', descriptions.requiredReason)
    .option('--undo', 'Let it be promoted again; somebody else than whoever has recalled it does this')
    .option('--yes', descriptions.yes)
    .action(
      makeAction(async (context, [bundle]: [string], options: RecallOptions) => recall(context, bundle, options)),
    );
}
