import { useQuery as useRpc } from '@connectrpc/connect-query';
import { useQuery } from '@tanstack/react-query';
import { DeliveryService } from '#gen/workflows_runtime/v1/delivery_service_pb.js';
import { clockToleranceMs, type PartReport, reportHealth, startAgain } from '../../../core/health.js';
import { clockErrorMs, spanOf } from '../connection/clock.js';
import { useLive } from '../connection/live.js';
import { useOwnKey } from '../identity/own-key.js';
import { Button } from '../parts/button.js';
import { Command } from '../parts/copy.js';
import { Mark } from '../parts/mark.js';
import { Loading, sentence } from '../parts/notes.js';
import css from '../parts/rows.module.css';
import { Section } from '../parts/screen.js';

/** Whether the parts of the system are well, as far as the server and this browser can tell, and what to do if not. */
export function Doctor() {
  const { data, isPending, isFetching, refetch } = useQuery({
    queryKey: ['health'],
    queryFn: async (): Promise<unknown> => (await fetch('/healthz')).json(),
    staleTime: 10_000,
    retry: false,
  });
  const browser = useBrowserReports();
  const deliveries = useDeliveryReport();
  const reports = [
    ...(data === undefined ? [noAnswer] : reportHealth(data)),
    ...(deliveries === undefined ? [] : [deliveries]),
    ...browser,
  ];
  return (
    <Section title="Is all well?" aside={<Command command="lane doctor" />}>
      {isPending ? (
        <Loading what="the state of the system" />
      ) : (
        <ul className={css['list']}>
          {reports.map((report) => (
            <Report key={report.title} report={report} />
          ))}
        </ul>
      )}
      <div className={css['row']}>
        <Button isBusy={isFetching} onClick={() => void refetch()}>
          Check again
        </Button>
      </div>
    </Section>
  );
}

const noAnswer: PartReport = {
  title: 'API',
  ok: false,
  found: 'does not answer',
  fix: startAgain,
};

function Report({ report: { title, ok, found, fix } }: { readonly report: PartReport }) {
  return (
    <li>
      <div className={css['grow']}>
        <p>
          <strong>{sentence(title)}</strong>
        </p>
        <p className={css['small']}>{found}</p>
        {fix !== '' && <p className={css['small']}>Next: {fix}</p>}
      </div>
      <Mark tone={ok ? 'good' : 'bad'} shape={ok ? 'check' : 'alert'} quiet>
        {ok ? 'well' : 'not well'}
      </Mark>
    </li>
  );
}

function useDeliveryReport(): PartReport | undefined {
  const { data } = useRpc(DeliveryService.method.listParkedDeliveries, { pageSize: 1 });
  if (data === undefined) return undefined;
  const ok = data.total === 0;
  return {
    title: 'deliveries',
    ok,
    found: ok ? 'none is parked' : `${String(data.total)} parked: ${data.deliveries[0]?.reason ?? ''}`,
    fix: ok ? '' : 'remove the cause, then  lane doctor --retry',
  };
}

function useBrowserReports(): readonly PartReport[] {
  const { state } = useLive();
  const { state: key } = useOwnKey();
  const error = clockErrorMs();
  const isRight = Math.abs(error) <= clockToleranceMs;
  const isHeard = state !== 'away';
  const canSign = key === 'enrolled' || key === 'unknown';
  return [
    {
      title: 'live updates',
      ok: isHeard,
      found: isHeard ? `${state === 'paused' ? 'paused' : 'followed'} by this browser` : 'the server is not heard',
      fix: isHeard ? '' : 'wait: the page follows by itself once the server answers',
    },
    {
      title: 'clock of this browser',
      ok: isRight,
      found: isRight ? 'agrees with the server' : `${spanOf(Math.abs(error))} ${error > 0 ? 'fast' : 'slow'}`,
      fix: isRight ? '' : 'set the clock of this machine; until then the page goes by the server’s',
    },
    {
      title: 'key of this browser',
      ok: canSign,
      found: canSign ? 'enrolled' : 'none that counts: this browser can look and not decide',
      fix: canSign ? '' : 'sign in again with  lane dashboard',
    },
  ];
}
