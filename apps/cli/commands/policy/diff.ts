import { textDiff } from '../../policy/text-diff.js';
import { kindOf, nameOf } from '../../policy/words.js';
import type { Context } from '../../program/context.js';

/** Shows how the texts of two versions differ. */
export async function diffVersions(context: Context, base: string, other: string | undefined): Promise<undefined> {
  const { governance } = await context.api();
  const first = await governance.getPolicyVersion({ version: base });
  const second = await governance.getPolicyVersion({
    version: other ?? (first.version === undefined ? base : `${kindOf(first.version)}/${first.version.name}`),
  });
  const names = [first, second].map(({ version }) => (version === undefined ? '' : nameOf(version)));
  const [from = '', to = ''] = names;
  const difference = textDiff([from, to], first.text, second.text);
  await context.show.object('PolicyDiff', { base: from, other: to, diff: difference }, () =>
    difference === '' ? `${from} and ${to} have the same text` : difference,
  );
  return undefined;
}
