import type { Command } from 'commander';
import type { MakeAction } from '../program/command-module.js';
import { descriptions } from '../program/descriptions.js';
import { type ActOptions, answerVersion } from './policy/act.js';
import { apply, type ApplyOptions } from './policy/apply.js';
import { type DiffOptions, diffVersions } from './policy/diff.js';
import { explain, type ExplainOptions } from './policy/explain.js';
import { lint } from './policy/lint.js';
import { list, type ListOptions } from './policy/list.js';
import { replayDecisions, type ReplayOptions } from './policy/replay.js';
import { show } from './policy/show.js';
import { verifyVersions, type VerifyOptions } from './policy/verify.js';
import { testPolicies, type TestOptions } from './policy/run-cases.js';

const version =
  'Version: policy/default for the one published last, policy/default@3, or a digest or the beginning of one';

/** `lane policy lint | test | explain | apply | submit | publish | retire | list | show | diff | verify | replay` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .command('lint')
    .description('Check policies, profiles and promotion definitions in files, without a stack')
    .argument('[paths...]', 'Files or folders', ['policies'])
    .action(makeAction(async (context, [paths]: [string[]]) => lint(context, paths)));
  command
    .command('test')
    .description(
      'Run the tests that stand beside policies (NAME.test.yaml), without a stack, or those of a version on the stack',
    )
    .argument('[paths...]', 'Files or folders, or one version such as policy/default@3', ['policies'])
    .option('--junit <file>', 'Also write what became of them to a file, as JUnit XML')
    .option('--coverage-at-least <percent>', 'Fail, too, when the cases have seen less of the gates')
    .action(
      makeAction(async (context, [paths]: [string[]], options: TestOptions) => testPolicies(context, paths, options)),
    );
  command
    .command('explain')
    .description('Explain what gates ask for and where each value comes from, or what they say about a bundle and why')
    .argument('[product]', 'Name of the product')
    .option('--lane <lane>', descriptions.lane)
    .option('--kind <kind>', 'Kind: promotion or rollback; a promotion if absent')
    .option('--bundle <bundle>', descriptions.bundle)
    .option('--to <lane>', 'With --bundle: the lane that it would enter')
    .action(
      makeAction(async (context, [product]: [string | undefined], options: ExplainOptions) =>
        explain(context, product, options),
      ),
    );
  command
    .command('apply')
    .description(
      'Draft new versions from files, signed with your own key, with the tests beside them once these pass; what is in force already is left out',
    )
    .argument('<paths...>', 'Files or folders')
    .option('--without-tests', 'Neither run nor take along the tests that stand beside the files (NAME.test.yaml)')
    .option('--submit', 'Have them published, too: they wait for somebody else')
    .option('--comment <text>', 'Why, for whoever publishes them')
    .action(makeAction(async (context, [paths]: [string[]], options: ApplyOptions) => apply(context, paths, options)));
  for (const [verb, description] of [
    ['submit', 'Have a draft of yours published: it waits for somebody else'],
    ['publish', 'Publish what somebody else has drafted, signed with your own key'],
    ['retire', 'Withdraw a draft, turn down what waits, or take a document out of force'],
  ] as const)
    command
      .command(verb)
      .description(description)
      .argument('<version>', version)
      .option('--yes', descriptions.yes)
      .option('--comment <text>', 'Comment for the record')
      .action(
        makeAction(async (context, [given]: [string], options: ActOptions) =>
          answerVersion(context, verb, given, options),
        ),
      );
  command
    .command('list')
    .description('List versions, those that changed last first')
    .argument('[document]', 'Only those of this document, such as policy/default')
    .option('--waiting', 'Only those that wait to be published')
    .option('--in-force', 'Only those in force')
    .action(
      makeAction(async (context, [document]: [string | undefined], options: ListOptions) =>
        list(context, document, options),
      ),
    );
  command
    .command('show')
    .description('Show a version: where it stands, who has signed what, and its text')
    .argument('<version>', version)
    .action(makeAction(async (context, [given]: [string]) => show(context, given)));
  command
    .command('diff')
    .description('Show how two versions of a policy or a profile differ in their gates, and others in their texts')
    .argument('<base>', version)
    .argument('[other]', 'The other version; the one published last if absent')
    .option('--text', 'Show how their texts differ')
    .action(
      makeAction(async (context, [base, other]: [string, string | undefined], options: DiffOptions) =>
        diffVersions(context, base, other, options),
      ),
    );
  command
    .command('verify')
    .description(
      'Verify the versions of a document, or of all that are in force, without believing the stack: every digest, every signature, the chain down to what was installed, and who has published',
    )
    .argument('[document]', 'Only this document, such as policy/default')
    .option(
      '--root <root>',
      'Digest of what was installed, or a file with it such as policy-roots; obtained another way',
    )
    .option(
      '--keys <folder>',
      'Trust only the public keys (NAME.pem) in this folder, instead of those that the stack names',
    )
    .option('--roles <file>', 'Roles of people (NAME: [ROLE, ...] in YAML), instead of those that the stack names')
    .action(
      makeAction(async (context, [document]: [string | undefined], options: VerifyOptions) =>
        verifyVersions(context, document, options),
      ),
    );
  command
    .command('replay')
    .description(
      'Evaluate old decisions under a proposed policy file, and show which would have been others, and why. Changes nothing. Without a file, evaluate them as they were.',
    )
    .argument('[file]', 'Policy file')
    .option('--product <product>', 'Only decisions about this product')
    .option('--lane <lane>', 'Only decisions about this lane: bronze, silver or gold')
    .option('--last <count>', 'How many decisions, the newest first; at most 10000', '1000')
    .option('--since <instant>', 'Only decisions of this instant or later, for example 2026-01-31T00:00:00Z')
    .option('--fail-on-change', descriptions.failOnChange)
    .action(
      makeAction(async (context, [file]: [string | undefined], options: ReplayOptions) =>
        replayDecisions(context, file, options),
      ),
    );
}
