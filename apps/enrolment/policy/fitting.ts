import { LanekeeperError } from '../../../core/errors.js';
import { buildBook, type VersionInForce, versionsIn } from '../../../core/governance/build-book.js';
import { unfilledMessages } from '../../../core/governance/careless-words.js';
import { problemsOfBook } from '../../../core/governance/check-book.js';
import { wordsOf } from '../../../core/governance/document.js';
import { parseDocument } from '../../../core/governance/parse-document.js';
import type { RuleBook } from '../../../core/governance/rule-book.js';
import type { StoredVersion } from '../../../store/governance/read.js';

/** @throws INVALID_POLICY when a version does not fit together with what is in force */
export function requireFit(book: RuleBook, version: VersionInForce): void {
  const { kind, name } = version.parsed;
  refuseProblems(version.parsed, [...others(book, { kind, name }), version], '', unfilledMessages(version.parsed));
}

/** What fitted when it was drafted need not fit any more: others were published since. @throws INVALID_POLICY */
export function requireFitting(book: RuleBook, version: StoredVersion, text: string): void {
  const parsed = parseDocument(text, `${version.kind}/${version.name}@${String(version.version)}`);
  requireFit(book, { parsed, version: version.version, digest: version.digest });
}

/** @throws INVALID_POLICY when the others do not fit together without a version */
export function requireFitWithout(book: RuleBook, version: StoredVersion): void {
  refuseProblems(version, others(book, version), ' without it');
}

function others(book: RuleBook, { kind, name }: Pick<VersionInForce['parsed'], 'kind' | 'name'>) {
  return versionsIn(book).filter(({ parsed }) => parsed.kind !== kind || parsed.name !== name);
}

function refuseProblems(
  document: Pick<VersionInForce['parsed'], 'kind' | 'name'>,
  versions: readonly VersionInForce[],
  how: string,
  own: readonly string[] = [],
): void {
  const problems = [...own, ...problemsOfBook(buildBook(versions))];
  if (problems.length === 0) return;
  throw new LanekeeperError('INVALID_POLICY', {
    message: `the rules do not fit together${how === '' ? ` with this version of ${wordsOf(document)}` : how}`,
    object: `${document.kind}/${document.name}`,
    why: problems.join('\n'),
    next: 'correct it: lane policy lint shows the same',
  });
}
