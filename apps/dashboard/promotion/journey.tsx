import type { Promotion } from '#gen/release/v1/promotion_pb.js';
import type { Words } from '../../../core/policy/words-of-profile.js';
import { spanOf, useNow } from '../connection/clock.js';
import css from './journey.module.css';
import { causeWords, spansOf, totalsOf } from './spans.js';

/** Where the time of a promotion went, by cause: a bar for the eye, and a list with the same in words. */
export function Journey({ promotion, words }: { readonly promotion: Promotion; readonly words: Words }) {
  const now = useNow();
  const totals = totalsOf(spansOf(promotion.timeline), now);
  const all = [...totals.values()].reduce((sum, ms) => sum + ms, 0);
  if (all === 0) return null;
  let at = 0;
  return (
    <figure className={css['journey']}>
      <figcaption>
        {promotion.liveAt === undefined && promotion.endedAt === undefined ? 'Under way for' : 'Took'}{' '}
        <strong>{spanOf(all)}</strong>
      </figcaption>
      <svg className={css['bar']} viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
        {[...totals].map(([cause, ms]) => {
          const x = at;
          at += (ms / all) * 1_000;
          return <rect key={cause} className={css[cause]} x={x} y={0} width={Math.max(2, at - x - 2)} height={10} />;
        })}
      </svg>
      <ul className={css['legend']}>
        {[...totals].map(([cause, ms]) => (
          <li key={cause}>
            <svg viewBox="0 0 10 10" aria-hidden="true">
              <rect className={css[cause]} width={10} height={10} rx={2} />
            </svg>
            {causeWords(words)[cause]} <strong>{spanOf(ms)}</strong>
          </li>
        ))}
      </ul>
    </figure>
  );
}
