import { ListCommitsResponseSchema } from '#gen/release/v1/bundle_service_pb.js';
import { toPlain } from '../../output/plain.js';
import { laneOf } from '../../output/words.js';
import type { Context } from '../../program/context.js';
import { commitTable } from '../../views/commit-table.js';

/** `lane bundle commits BUNDLE --to LANE` */
export async function listCommits(context: Context, bundle: string, to: string): Promise<undefined> {
  const { lane, name } = laneOf(to);
  const response = await (await context.api()).bundles.listCommits({ bundle, lane });
  await context.show.object('Commits', toPlain(ListCommitsResponseSchema, response), () =>
    commitTable(response, name, context),
  );
  return undefined;
}
