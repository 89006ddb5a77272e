import { SetupError, describeError, inPart, say } from './log.mjs';

const seconds = (ms) => `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;

/**
 * Runs the parts of set-up side by side. A part is `{ name, work, after, optional }`: it starts when the parts named in
 * `after` are done, and is skipped when one of them failed. One failure does not stop the others, so that all problems
 * are shown at once. An optional part that fails prints its consequence (`optional`) and does not fail the set-up.
 *
 * @returns how long each part took, for example `npm 15 s, cosign 140 s`
 * @throws SetupError with the errors of all parts that failed
 */
export async function carryOut(parts) {
  const outcomes = new Map();
  const failures = [];
  const times = [];

  const carryOutOne = async ({ name, work, after = [], optional }) => {
    const before = await Promise.all(after.map((other) => outcomes.get(other)));
    if (before.includes(false)) {
      say(`skipped, because it needs ${after.join(' and ')}`);
      return false;
    }
    const begun = Date.now();
    try {
      await work();
      times.push(`${name} ${seconds(Date.now() - begun)}`);
      return true;
    } catch (error) {
      if (optional === undefined) {
        say('FAILED; the error is shown at the end');
        failures.push(`${name}: ${describeError(error)}`);
      } else {
        say(`${optional}: ${describeError(error)}`);
      }
      return false;
    }
  };

  for (const part of parts)
    outcomes.set(
      part.name,
      inPart(part.name, () => carryOutOne(part)),
    );
  await Promise.all(outcomes.values());
  if (failures.length > 0) throw new SetupError(failures.join('\n'));
  return times.join(', ');
}
