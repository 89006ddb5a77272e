/** Waits until a condition holds, looking often; says what it waited for when it never does. */
export async function until(
  condition: () => Promise<boolean> | boolean,
  what: string,
  withinMs = 20_000,
): Promise<void> {
  for (
    const deadline = Date.now() + withinMs;
    Date.now() < deadline;
    await new Promise((resolve) => setTimeout(resolve, 20))
  ) {
    if (await condition()) return;
  }
  throw new Error(`waited ${withinMs} ms in vain for ${what}`);
}

/** Waits until an assertion holds, trying it often; throws what it threw last when it never does. */
export async function eventually(assertion: () => unknown, withinMs = 20_000): Promise<void> {
  for (const deadline = Date.now() + withinMs; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    try {
      await assertion();
      return;
    } catch (error) {
      if (Date.now() >= deadline) throw error;
    }
  }
}
