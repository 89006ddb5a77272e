const work: (() => unknown)[] = [];

/** Does something when the test that runs has ended, also when it failed; what was asked last is done first. */
export function onTestFinished(clean: () => unknown): void {
  work.push(clean);
}

/** Does what the test asked for. The first failure is thrown after everything was tried. */
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
