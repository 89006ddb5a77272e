/** `guard, deploy, verify within 30 s`; 0 s say as little as none. */
export function wordsOfSteps(steps: readonly { readonly step: string; readonly withinSeconds?: number }[]): string {
  return steps
    .map(({ step, withinSeconds = 0 }) => (withinSeconds === 0 ? step : `${step} within ${String(withinSeconds)} s`))
    .join(', ');
}

/** `default@3: guard, deploy, verify`: the definition that a promotion runs, and its steps as they are on the wire. */
export function wordsOfDefinition(
  definition: string,
  steps: readonly { readonly name: string; readonly withinSeconds: number }[],
): string {
  const words = wordsOfSteps(steps.map(({ name, withinSeconds }) => ({ step: name, withinSeconds })));
  return [definition, words].filter((text) => text !== '').join(': ');
}
