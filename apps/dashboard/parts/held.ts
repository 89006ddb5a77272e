import { useEffect, useRef, useState } from 'react';

/** A list that is shown, and how many of its rows would be others by now. */
export interface Held<T> {
  readonly shown: readonly T[];
  readonly changes: number;
  readonly apply: () => void;
  /** For the element around the rows: while the pointer or the focus is in it, no row moves. */
  readonly around: {
    readonly onPointerEnter: () => void;
    readonly onPointerLeave: () => void;
    readonly onFocus: () => void;
    readonly onBlur: () => void;
  };
}

/**
 * Keeps rows where they are while somebody is about to use one. Rows that have only changed in themselves are shown as
 * they are now; rows that would come, go or move wait until the person leaves, or asks for them.
 *
 * @param keyOf names a row
 */
export function useHeld<T>(rows: readonly T[], keyOf: (row: T) => string): Held<T> {
  const [order, setOrder] = useState<readonly string[]>();
  const isNear = useRef(0);
  const keys = rows.map(keyOf);
  const apply = () => setOrder(keys);
  const known = order ?? keys;
  const same = known.length === keys.length && known.every((key, index) => key === keys[index]);
  useEffect(() => {
    if (!same && isNear.current === 0) setOrder(keys);
    // The keys are compared by `same`.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [same]);
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  const held = known.flatMap((key) => {
    const row = byKey.get(key);
    return row === undefined ? [] : [row];
  });
  const changes = new Set([
    ...keys.filter((key) => !known.includes(key)),
    ...known.filter((key) => !byKey.has(key)),
    ...(same ? [] : keys.filter((key, index) => known.includes(key) && known[index] !== key)),
  ]).size;
  const enter = () => void (isNear.current += 1);
  const leave = () => {
    isNear.current = Math.max(0, isNear.current - 1);
    if (isNear.current === 0) apply();
  };
  return {
    shown: held,
    changes,
    apply,
    around: { onPointerEnter: enter, onPointerLeave: leave, onFocus: enter, onBlur: leave },
  };
}
