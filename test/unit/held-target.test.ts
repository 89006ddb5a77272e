import { expect, test } from '@jest/globals';
import type { LaneTarget, TargetWork } from '../../activities/lane/target.js';
import { heldTarget } from '../support/faults/held-target.js';

/** A target that notes what it is asked for, and stops where it is told. */
function notedTarget(): { readonly target: LaneTarget; readonly noted: string[] } {
  const noted: string[] = [];
  const note = <Result>(what: string, result: Result) => {
    noted.push(what);
    return Promise.resolve(result);
  };
  const inner: LaneTarget = {
    apply: () => note('apply', 1),
    observe: () => note('observe', undefined),
    verify: () => note('verify', undefined),
    revert: () => note('revert', 2),
  };
  return { target: heldTarget(inner, (point) => note(`stop at ${point}`, undefined)), noted };
}

const work = () => ({ tenant: 'default' }) as TargetWork;

test('a lane target is stopped once its lane has switched, and once it was verified', async () => {
  const { target, noted } = notedTarget();
  const deploy = work();
  await target.observe(deploy, await target.apply(deploy));
  await target.verify(work());
  expect(noted).toEqual(['apply', 'observe', 'stop at deploy.switched', 'verify', 'stop at deploy.verified']);
});

test('a lane target is not stopped on its way back', async () => {
  const { target, noted } = notedTarget();
  const back = work();
  await target.observe(back, (await target.revert(back)) ?? 0);
  expect(noted).toEqual(['revert', 'observe']);
});
