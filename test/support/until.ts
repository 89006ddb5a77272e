/**
 * How long tests wait for what has to happen, in milliseconds. Only a failure takes that long; on a slow machine with three
 * test files at a time, much that is quick alone takes a minute.
 */
export const patienceMs = 90_000;

/** Polls until a condition holds; throws an error that names `what` when it does not hold in time. */
export async function until(
  condition: () => Promise<boolean> | boolean,
  what: string,
  withinMs = patienceMs,
): Promise<void> {
  for (
    const deadline = Date.now() + withinMs;
    Date.now() < deadline;
    await new Promise((resolve) => setTimeout(resolve, 20))
  ) {
    if (await condition()) return;
  }
  throw new Error(`timed out after ${withinMs} ms waiting for ${what}`);
}

/** Retries an assertion until it passes; throws its last error when it does not pass in time. */
export async function eventually(assertion: () => unknown, withinMs = patienceMs): Promise<void> {
  for (const deadline = Date.now() + withinMs; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    try {
      await assertion();
      return;
    } catch (error) {
      if (Date.now() >= deadline) throw error;
    }
  }
}
