import { join } from 'node:path';
import { defaultPayloadConverter } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { shortId, workflowIds } from '../../core/ids.js';
import type { ReleaseResult } from '../../workflows/release/contract.js';
import { isIn, readyForGold, recordOf, type Target, waitingForApproval } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { repositoryOf } from '../support/git-repository.js';
import { behindAnother, type Placed } from '../support/phases.js';
import { smallProduct } from '../support/small-product.js';
import { eventually } from '../support/until.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());

/** What `temporal workflow metadata` prints about a run. */
interface Metadata {
  readonly currentDetails: string;
  /** A list that would be empty is null. */
  readonly definition: Readonly<
    Record<`${'signal' | 'update' | 'query'}Definitions`, readonly { name: string; description?: string }[] | null>
  >;
}

/** Asks with the stock command line. */
async function metadataOf(workflowId: string): Promise<Metadata> {
  const stdout = await engine.temporal.ask('workflow', 'metadata', '--workflow-id', workflowId, '-o', 'json');
  const [metadata] = (JSON.parse(stdout) as { queryResult: readonly Metadata[] }).queryResult;
  if (metadata === undefined) throw new Error(stdout);
  return metadata;
}

/** Every message that we define, with its description. */
function messagesOf({ definition }: Metadata): Readonly<Record<string, string | undefined>> {
  const { signalDefinitions, updateDefinitions, queryDefinitions } = definition;
  const own = [signalDefinitions, updateDefinitions, queryDefinitions]
    .flatMap((list) => list ?? [])
    .filter(({ name }) => !name.startsWith('__'));
  return Object.fromEntries(own.map(({ name, description }) => [name, description]));
}

/** The summaries of activities, local activities and timers in the history of a run; a missing one is undefined. */
async function summariesOf(workflowId: string): Promise<readonly (string | undefined)[]> {
  const { events } = await engine.client.workflow.getHandle(workflowId).fetchHistory();
  const summarized = (events ?? []).filter(
    (event) =>
      event.activityTaskScheduledEventAttributes ??
      event.timerStartedEventAttributes ??
      (event.markerRecordedEventAttributes?.markerName === 'core_local_activity' ? event : undefined),
  );
  return summarized.map(({ userMetadata }) =>
    userMetadata?.summary ? defaultPayloadConverter.fromPayload<string>(userMetadata.summary) : undefined,
  );
}

async function startOf(workflowId: string): Promise<{ summary: string; details: string; priorityKey: number }> {
  const handle = engine.client.workflow.getHandle(workflowId);
  const { raw, staticDetails, staticSummary } = await handle.describe();
  const { priority } = raw.workflowExecutionInfo ?? {};
  return {
    summary: (await staticSummary()) ?? '',
    details: (await staticDetails()) ?? '',
    priorityKey: priority?.priorityKey ?? 0,
  };
}

const described = expect.stringContaining('docs/temporal-front-door.md') as unknown;

describe('a promotion that waits for people, in the Temporal command line', () => {
  let target: Target;
  beforeAll(async () => {
    target = await waitingForApproval(engine, 'on the screen');
  });

  test('says where it stands, what is missing since when, and the exact command', async () => {
    const { currentDetails } = await metadataOf(target.handle.workflowId);
    const approve = `lane approve ${shortId(target.id)}`;
    expect(currentDetails).toMatch(/is \*\*AWAITING_APPROVAL\*\* since `20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ`\./);
    expect(currentDetails).toMatch(
      /`two-person-approval` is \*\*PENDING\*\* since `20[\d: -]+Z`:\s+`2 of 2 approvals of different roles missing`/,
    );
    expect(currentDetails).toContain(`\`\`\`\n${approve}\nlane why ${shortId(target.id)}\n\`\`\``);
    expect(currentDetails).toMatch(/release `release\/default\/shop\/[0-9a-f]{40}`/);
    expect(currentDetails).toContain('lane `lane/default/shop/gold`');
  });

  test('says of each message what to send, that only the signature counts, and where it is documented', async () => {
    const messages = messagesOf(await metadataOf(target.handle.workflowId));
    const names = ['abort', 'changed', 'decide', 'decision', 'gates', 'opened', 'retry', 'status', 'timeline'];
    expect(messages).toEqual(Object.fromEntries(names.map((name) => [name, described])));
    for (const name of ['decide', 'abort', 'retry', 'decision'])
      expect(messages[name]).toMatch(/Sigstore bundle.*Only the signature in the statement carries authority/);
  });

  test('was started with a summary, details and a priority', async () => {
    const { summary, details, priorityKey } = await startOf(target.handle.workflowId);
    expect([summary, priorityKey]).toEqual([`promote shop to gold: ${shortId(target.bundle)}`, 3]);
    expect(details).toContain(`bundle: \`${target.bundle}\``);
  });

  test('has a summary at every activity, local activity and timer', async () => {
    const summaries = await summariesOf(workflowIds.promotion('default', 'shop', 'bronze', target.bundle));
    expect(summaries).not.toContain(undefined);
    expect(summaries).toEqual(
      expect.arrayContaining([
        'open the record, first round of gates',
        'guard the bundle, deploy it to bronze',
        'read how the lane was taken, from guard on',
      ]),
    );
  });
});

describe('a rollback', () => {
  test('is started before everything else, and so are its activities, whoever started it', async () => {
    const bundles: Digest[] = [];
    for (const text of ['first', 'second']) bundles.push(await readyForGold(engine, text));
    const [bundle = bundles[0]!] = bundles;
    const request = await engine.sign('carol', { verb: 'rollback', lane: 'silver', bundle });
    const workflowId = workflowIds.promotion('default', 'shop', 'silver', bundle, 'ROLLBACK');
    const input = { tenant: 'default', product: 'shop', lane: 'silver', bundle, kind: 'ROLLBACK', request };
    const { code, stderr } = engine.temporal.cli(
      ...['workflow', 'start', '--type', 'promotion', '--task-queue', 'lanekeeper-control'],
      ...['--workflow-id', workflowId, '--input', JSON.stringify(input)],
    );
    expect([code, stderr]).toEqual([0, expect.anything()]);
    await isIn(engine, await recordOf(engine, workflowId), 'LIVE');
    const { events } = await engine.client.workflow.getHandle(workflowId).fetchHistory();
    const scheduled = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: attributes }) =>
      attributes ? [attributes] : [],
    );
    expect(scheduled.map(({ activityType, priority }) => [activityType?.name, priority?.priorityKey])).toEqual(
      expect.arrayContaining([['moveLane', 1]]),
    );
  });
});

describe('a lane for which promotions wait', () => {
  let waiting: Placed;
  beforeAll(async () => {
    waiting = await behindAnother(engine, 'crowded');
  });
  afterAll(() => waiting.release());

  test('says who has it, who waits since when, and what each message is for', async () => {
    const workflowId = workflowIds.lane('default', 'crowded', 'bronze');
    await eventually(async () => {
      const { currentDetails } = await metadataOf(workflowId);
      expect(currentDetails).toMatch(
        /Lane `bronze` of `crowded` is \*\*HELD\*\* by `promotion\/default\/crowded\/bronze\//,
      );
      expect(currentDetails).toMatch(new RegExp(`- \`${waiting.handle.workflowId}\` since \`20[\\d: -]+Z\``));
    });
    expect(messagesOf(await metadataOf(workflowId))).toEqual({ changed: described, holder: described });
    expect(await startOf(workflowId)).toMatchObject({ summary: 'lane bronze of crowded', priorityKey: 3 });
    expect(await summariesOf(workflowId)).toEqual(
      expect.arrayContaining(['who holds bronze, who waits', 'watch the run that holds bronze']),
    );
  });

  test('is named by the promotion that waits, with the command that explains its holder', async () => {
    const { currentDetails } = await metadataOf(waiting.handle.workflowId);
    expect(currentDetails).toMatch(/is \*\*QUEUED\*\*/);
    expect(currentDetails).toMatch(/the lane is held by `promotion\/default\/crowded\/bronze\//);
    expect(currentDetails).toMatch(/lane why [0-9a-f]{12}\n/);
  });
});

describe('a release', () => {
  test('says which steps are done, and names the promotions that can follow', async () => {
    const { folder, revision } = await repositoryOf(join(engine.dataDir, 'small'), smallProduct());
    const workflowId = workflowIds.release('default', 'small', revision);
    const input = { tenant: 'default', product: 'small', revision, repository: folder };
    const handle = await engine.client.workflow.start('release', {
      ...{ workflowId, taskQueue: 'lanekeeper-control', args: [input] },
    });
    const { bundle } = (await handle.result()) as ReleaseResult;
    const metadata = await metadataOf(workflowId);
    expect(metadata.currentDetails).toContain(`is **SEALED**: bundle \`${bundle!}\``);
    expect(metadata.currentDetails).toContain(`lane promote ${shortId(bundle!)} --to bronze`);
    expect(metadata.currentDetails).toMatch(/`build\/web` at `20/);
    expect(messagesOf(metadata)).toEqual({ opened: described, status: described });
    const summaries = await summariesOf(workflowId);
    expect(summaries).not.toContain(undefined);
    expect(summaries).toEqual(expect.arrayContaining(['fetch the commit', 'build web', 'seal the bundle']));
  });
});
