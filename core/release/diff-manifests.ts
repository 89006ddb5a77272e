/** One difference between two manifests. */
export interface ManifestChange {
  readonly kind: 'ADDED' | 'REMOVED' | 'CHANGED';
  /** Where, as a path in the manifest, with list entries by their names: `images/web/digest`. */
  readonly path: string;
  /** Undefined where it was added. */
  readonly before?: string;
  /** Undefined where it was removed. */
  readonly after?: string;
}

/**
 * How one manifest differs from another, by path. Lists are compared by the names of their entries, not by their order.
 */
export function diffManifests(before: unknown, after: unknown): readonly ManifestChange[] {
  const [old, fresh] = [leavesOf(before), leavesOf(after)];
  const paths = [...new Set([...old.keys(), ...fresh.keys()])].sort();
  return paths.flatMap((path): ManifestChange[] => {
    const [was, is] = [old.get(path), fresh.get(path)];
    if (was === is) return [];
    if (was === undefined) return is === undefined ? [] : [{ kind: 'ADDED', path, after: is }];
    return is === undefined
      ? [{ kind: 'REMOVED', path, before: was }]
      : [{ kind: 'CHANGED', path, before: was, after: is }];
  });
}

function leavesOf(root: unknown): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  const visit = (value: unknown, path: string): void => {
    if (Array.isArray(value)) {
      // A list of plain values is one value: its order and repetitions mean something.
      if (value.every((entry) => typeof entry !== 'object')) leaves.set(path, value.join(', '));
      else value.forEach((entry, index) => visit(entry, `${path}/${nameOf(entry) ?? String(index)}`));
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, entry] of Object.entries(value)) visit(entry, path === '' ? key : `${path}/${key}`);
    } else {
      leaves.set(path, String(value));
    }
  };
  visit(root, '');
  return leaves;
}

function nameOf(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  for (const key of ['service', 'name', 'path', 'format']) {
    const value: unknown = Reflect.get(entry, key);
    if (typeof value === 'string') return value;
  }
  return undefined;
}

const derived =
  /(^run\/|\/attestation\/|\/provenance\/|\/signature\/|\/sboms\/|\/report\/|\/uri$|\/statement$|\/keyId$|\/size$)/;

/** Whether a change only follows from another one: blobs, signatures and runs differ whenever the image does. */
export function isDerived(path: string): boolean {
  return derived.test(path);
}
