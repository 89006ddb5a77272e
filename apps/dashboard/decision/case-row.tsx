import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { GovernanceCase } from '#gen/governance/v1/case_pb.js';
import { shortId } from '../../../core/ids.js';
import { useNow } from '../connection/clock.js';
import { Ago } from '../parts/instant.js';
import { LaneName } from '../parts/lane-name.js';
import { documentOfCase } from './document-of-case.js';
import css from './inbox.module.css';

const hour = 3_600_000;

/** One thing that waits for people. The longer it waits, the stronger its edge. */
export function CaseRow({
  one,
  isChosen,
  onChoose,
}: {
  readonly one: GovernanceCase;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}) {
  const now = useNow();
  const waits = one.openedAt === undefined ? 0 : now.getTime() - timestampDate(one.openedAt).getTime();
  const age = waits > 24 * hour ? css['old'] : waits > 4 * hour ? css['aging'] : '';
  return (
    <li>
      <button
        type="button"
        className={`${css['case'] ?? ''} ${age ?? ''}`}
        aria-current={isChosen ? 'true' : undefined}
        onClick={onChoose}
      >
        <span className={css['line']}>
          {one.publication === undefined ? (
            <>
              <strong>{one.product}</strong>
              <LaneName lane={one.lane} />
              <code>{shortId(one.bundleDigest)}</code>
            </>
          ) : (
            <>
              <strong>{documentOfCase(one.publication)}</strong>
              <span>version {one.publication.version}</span>
            </>
          )}
        </span>
        <span className={css['small']}>{one.missing}</span>
        <span className={css['small']}>
          waits for <Ago at={one.openedAt} suffix="" /> · {one.publication === undefined ? one.gateId : 'publication'}
        </span>
      </button>
    </li>
  );
}
