import { messageOf } from '../../core/errors.js';
import type { Health, PartHealth } from '../../core/health.js';
import { buildsHealth } from './builds-health.js';
import type { ApiDeps } from './deps.js';

const answerTimeoutMs = 2_000;

/** Checks the parts that the API depends on, and asks how builds are contained. */
export async function checkHealth(deps: ApiDeps): Promise<Health> {
  const [database, temporal, enrolment, builds] = await Promise.all([
    probe(() => deps.database.ping()),
    probe(() =>
      deps.client.withDeadline(Date.now() + answerTimeoutMs, () => deps.client.workflowService.getSystemInfo({})),
    ),
    probe(() => deps.enrolment.ping()),
    buildsHealth(deps),
  ]);
  return {
    status: database.ok && temporal.ok ? 'ok' : 'degraded',
    parts: { database, temporal, enrolment, builds },
    now: deps.now().toISOString(),
  };
}

async function probe(ask: () => Promise<unknown>): Promise<PartHealth> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${String(answerTimeoutMs / 1000)} s`)),
      answerTimeoutMs,
    );
  });
  try {
    await Promise.race([ask(), timedOut]);
    return { ok: true };
  } catch (error) {
    return { ok: false, detail: messageOf(error) };
  } finally {
    clearTimeout(timer);
  }
}
