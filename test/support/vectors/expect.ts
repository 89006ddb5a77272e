import { canonicalJson } from '../../../core/hash.js';

/** Comparisons for test vectors, which also run in a browser, where there is no Jest. */

/** @throws when a value is not the same JSON, in whatever order, as what is expected */
export function same(actual: unknown, expected: unknown): void {
  const [found, wanted] = [canonicalJson(actual), canonicalJson(expected)];
  if (found !== wanted) throw new Error(`${found} instead of ${wanted}`);
}

/** @throws when the work does not fail with an error that has this code */
export async function refused(code: string, work: () => unknown): Promise<void> {
  let result: unknown;
  try {
    result = await work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === code) return;
    throw error;
  }
  throw new Error(`not refused with ${code}: ${JSON.stringify(result)}`);
}
