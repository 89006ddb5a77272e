import type { Command } from 'commander';
import { shortId } from '../../../core/ids.js';
import { wordsOfDefinition } from '../../../core/promotion/step-words.js';
import { PlanResponseSchema } from '#gen/release/v1/promotion_service_pb.js';
import type { MakeAction } from '../program/command-module.js';
import { toPlain } from '../output/plain.js';
import { wordsFor } from '../output/profile-words.js';
import { renderFields } from '../output/table.js';
import { laneOf } from '../output/words.js';
import { changeLines } from '../views/change-lines.js';
import { exitCodeOfGates, gateTable, isBlocking } from '../views/gate-table.js';
import { earliestWords, queueTable, timelineTable } from '../views/plan-view.js';
import { askPlan } from '../promotion/plan-request.js';
import { scheduleFrom, type ScheduleOptions, withSchedule } from '../promotion/schedule-options.js';
import { descriptions } from '../program/descriptions.js';

interface Options extends ScheduleOptions {
  readonly to: string;
  readonly hotfix?: true;
  readonly exitCode?: true;
}

/** `lane plan BUNDLE --to LANE` */
export function define(command: Command, makeAction: MakeAction): void {
  command
    .argument('<bundle>', descriptions.bundle)
    .requiredOption('--to <lane>', descriptions.lane)
    .option('--hotfix', 'Plan a hotfix, by the gates for hotfixes')
    .option('--exit-code', descriptions.exitCode);
  withSchedule(command).action(
    makeAction(async (context, [bundle]: [string], options: Options) => {
      const { name, lane } = laneOf(options.to);
      const plan = await askPlan(
        context,
        { bundle, lane, hotfix: options.hotfix === true },
        scheduleFrom(context, options),
      );
      const blocking = plan.gates.filter(isBlocking);
      const words = await wordsFor(context, plan.product);
      await context.show.object('Plan', toPlain(PlanResponseSchema, plan), () =>
        [
          renderFields([
            [words.one('bundle'), `${shortId(plan.bundleDigest)} of ${plan.product}`],
            [
              'lane',
              `${name}, where ${plan.liveBundleDigest === '' ? 'nothing is live' : `${shortId(plan.liveBundleDigest)} is live`}`,
            ],
            ['policy', shortId(plan.policyDigest)],
            ['definition', wordsOfDefinition(plan.definition, plan.steps)],
            ['closed', plan.opening?.closures.map((closure) => closure.words).join('\n')],
            ['earliest', earliestWords(plan, context)],
            ['plan', plan.digest],
          ]),
          gateTable(plan.gates, plan.notices, context, words),
          ...(plan.timeline.length === 0 ? [] : [timelineTable(plan.timeline, context)]),
          ...(plan.queue.length === 0 ? [] : [queueTable(plan.queue, context)]),
          ...(plan.changes.length === 0
            ? []
            : [`difference from what is live:\n${changeLines(plan.changes, context)}`]),
          blocking.length === 0
            ? `every ${words.one('gate')} passes; next: ${plan.nextStep}`
            : `${String(blocking.length)} of ${words.count(plan.gates.length, 'gate')} ${blocking.length === 1 ? 'blocks' : 'block'}; next: ${plan.nextStep}`,
        ].join('\n\n'),
      );
      return options.exitCode === true ? exitCodeOfGates(plan.gates, plan.notices) : undefined;
    }),
  );
}
