import type { CheckRun } from '#gen/governance/v1/check_run_pb.js';
import type { PolicyInForce } from '#gen/governance/v1/gate_service_pb.js';
import { GateType, type RequiredCheck, Severity, type ValueSource } from '#gen/governance/v1/policy_pb.js';
import type { ProfileWords } from '#gen/governance/v1/profile_words_pb.js';
import { wordsOfProfileInEffect } from '../../../core/policy/profile-in-effect.js';
import { wordsFrom } from '../../../core/policy/words-of-profile.js';
import { wordsOfDefinition } from '../../../core/promotion/step-words.js';
import { renderFields, renderTable } from '../output/table.js';
import { kindInWords, laneName, momentOf, verdictMark } from '../output/words.js';
import type { Context } from '../program/context.js';

/** How much of a value a line shows. */
const maxValueLength = 80;

/** What applies: each gate with what it demands in words, and each of its values with where it comes from. */
export function textOfPolicy(
  { policy, sources, definition, versions }: PolicyInForce,
  { profile, context }: { readonly profile: ProfileWords | undefined; readonly context: Context },
) {
  const say = wordsFrom(profile?.lexicon ?? []);
  const { name = '', product = '', digest = '', lane, kind, checks = [] } = policy ?? {};
  const head = renderFields([
    ['product', product],
    ['lane', lane === undefined ? '' : laneName(lane)],
    ['for', kindInWords(kind, say)],
    ['policy', name],
    ['digest', digest],
    ['profile', wordsOfProfileInEffect(profile)],
    ['definition', wordsOfDefinition(definition, policy?.steps ?? [])],
    ['read', versions.join(', ')],
  ]);
  if (checks.length === 0) return `${head}\n\nno ${say.one('gate')} applies`;
  const gates = checks.map((check) =>
    gateText(
      check,
      sources.filter(({ gateId }) => gateId === check.id),
      context,
    ),
  );
  return [head, ...gates].join('\n\n');
}

function gateText(check: RequiredCheck, sources: readonly ValueSource[], { terminal: { colours } }: Context): string {
  const until = momentOf(check.enforceFrom);
  const severity = Severity[check.severity].toLowerCase();
  const head = `${colours.bold(check.id)}  ${GateType[check.type]}, ${severity}${until === '' ? '' : `, and only advisory until ${until}`}`;
  const demands = check.demands.map(({ term, words }) => `  ${term}: ${words}`);
  const values = renderTable(
    ['  VALUE', '', 'FROM'].map((title) => colours.dim(title)),
    sources.map(({ field, value, file, line, override }) => [
      `  ${field}`,
      shortened(value),
      file === ''
        ? colours.dim('default')
        : `${file}:${String(line)}${override === '' ? '' : `, override ${override}`}`,
    ]),
  );
  return [head, ...demands, ...(sources.length === 0 ? [] : [values])].join('\n');
}

/** What gates say, part by part, with what their rules have read. */
export function explainedGates(gates: readonly CheckRun[], { terminal: { colours } }: Context): string {
  if (gates.length === 0) return 'no gate applies';
  return gates
    .map(({ gateId, verdict, severity, explanation, clauses, nextStep }) =>
      [
        `${verdictMark(verdict, colours)}  ${colours.bold(gateId)}${severity === Severity.ADVISORY ? ' (advisory)' : ''}: ${explanation}`,
        ...clauses.flatMap((clause) => [
          `  ${clause.term}: ${verdictMark(clause.verdict, colours)}, ${clause.explanation}`,
          ...clause.reads.map(({ path, value }) => `    ${path} = ${shortened(value)}`),
        ]),
        ...(nextStep === '' ? [] : [`  next: ${nextStep}`]),
      ].join('\n'),
    )
    .join('\n\n');
}

function shortened(value: string): string {
  return value.length > maxValueLength ? `${value.slice(0, maxValueLength - 1)}…` : value;
}
