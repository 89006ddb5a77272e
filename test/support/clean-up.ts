const work: (() => unknown)[] = [];

/** Registers work for the end of the running test, even if it fails; the last registered runs first. */
export function onTestFinished(clean: () => unknown): void {
  work.push(clean);
}

/** Runs the registered work. Throws the first failure after everything has been attempted. */
export async function cleanUp(): Promise<void> {
  const failures: unknown[] = [];
  for (const clean of work.splice(0).reverse()) {
    try {
      await clean();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
