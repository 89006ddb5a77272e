import type { ChangeKind, FieldChange } from './gate-changes.js';

/** What a list of changes is about, which stands above it. */
export const onlyTheDocument =
  'Only the document itself is compared, not what lies below or above it; the gates in effect: lane policy explain PRODUCT --lane LANE';

/** A change, its lanes in words. */
interface ToldChange {
  readonly gate?: string;
  readonly override?: string;
  readonly change: ChangeKind;
  readonly lanes: readonly string[];
  readonly fields: readonly FieldChange[];
}

/** What became of a gate, in words that complete its name and a colon; of what a policy extends, a sentence of its own. */
export function wordsOfGateChange({ gate = '', override, change, lanes, fields }: ToldChange): string {
  const below =
    override === undefined ? 'what it extends' : 'what lies below, where the condition of the override holds';
  const refined =
    override === undefined ? `${gate}, which lies below` : `${gate} where the condition of the override holds`;
  const there = lanes.length === 0 ? '' : ` in ${lanes.join(', ')}`;
  switch (change) {
    case 'added':
    case 'removed':
    case 'changed':
      return `${change}${there}`;
    case 'left-out':
      return `left out of ${below}`;
    case 'no-longer-left-out':
      return `no longer left out of ${below}`;
    case 'refined':
      return `refines ${refined}${there && `,${there}`}`;
    case 'no-longer-refined':
      return `no longer refines ${refined}${there && `,${there}`}`;
    case 'refinement-changed':
      return `refines ${refined}, in another way${there}`;
    case 'extends':
      return extendsWords(fields);
  }
}

function extendsWords(fields: readonly FieldChange[]): string {
  const [was, is] = [nameIn(fields[0]?.before), nameIn(fields[0]?.after)];
  if (is === '') return `it no longer extends ${was}: none of its gates apply`;
  if (was === '') return `it extends ${is} now: the gates of ${is} apply too`;
  return `it extends ${is} and no longer ${was}: the gates of ${is} apply, and none of ${was}`;
}

function nameIn(json = ''): string {
  return json.replaceAll('"', '');
}
