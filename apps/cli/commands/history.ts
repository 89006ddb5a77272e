import type { Command } from 'commander';
import type { MakeAction } from '../program/command-module.js';
import { downloadHistory } from '../run/download.js';
import { showStory } from '../run/story.js';

/** `lane history download | show`; `lane get histories` lists them. */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .command('download')
    .description(
      'Download the history of a run that has closed, in the form that Temporal shows and its SDKs replay, compared with its digest',
    )
    .argument('<run>', 'Run id, or a unique prefix or suffix of it')
    .option('--out <file>', 'File to write (default: history-<run>.json)')
    .action(
      makeAction(async (context, [run]: [string], { out }: { out?: string }) => downloadHistory(context, run, out)),
    );
  command
    .command('show')
    .description('Show what a run has done: activities with their attempts, timers and messages')
    .argument('<run>', 'Run id, or a unique prefix or suffix of it')
    .action(makeAction(async (context, [run]: [string]) => showStory(context, run)));
}
