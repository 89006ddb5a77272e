import { type BundleChange, ChangeKind } from '#gen/release/v1/bundle_pb.js';
import { isDerived } from '../../../core/release/diff-manifests.js';
import type { Context } from '../program/context.js';

const maximumValueLength = 80;

/** The differences between two bundles, one per line; only those that matter for a decision, unless `all` is set. */
export function changeLines(
  changes: readonly BundleChange[],
  context: Context,
  options: { readonly all?: boolean } = {},
): string {
  const { colours } = context.terminal;
  const shown = options.all === true ? changes : changes.filter((change) => !isDerived(change.path));
  const lines = shown.map((change) => {
    switch (change.kind) {
      case ChangeKind.ADDED:
        return colours.green(`+ ${change.path}: ${clip(change.after)}`);
      case ChangeKind.REMOVED:
        return colours.red(`- ${change.path}: ${clip(change.before)}`);
      default:
        return `~ ${change.path}: ${clip(change.before)} → ${clip(change.after)}`;
    }
  });
  const hidden = changes.length - shown.length;
  return [...lines, ...(hidden > 0 ? [colours.dim(`  and ${String(hidden)} more that follow from these`)] : [])].join(
    '\n',
  );
}

function clip(value: string): string {
  const short = /^(cas:)?sha256:[0-9a-f]{64}$/.test(value) ? value.replace(/^(cas:)?sha256:/, '').slice(0, 12) : value;
  return short.length <= maximumValueLength ? short : `${short.slice(0, maximumValueLength - 1)}…`;
}
