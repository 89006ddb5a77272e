import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { useQuery } from '@connectrpc/connect-query';
import { skipToken } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import type { LaneOpening } from '#gen/governance/v1/restriction_pb.js';
import { ProductService } from '#gen/release/v1/product_service_pb.js';
import { RestrictionService } from '#gen/governance/v1/restriction_service_pb.js';
import { dayAndTime, readersZone, serverNow } from '../connection/clock.js';
import { type PageSettings, useSettings } from '../connection/settings.js';
import { Button } from '../parts/button.js';
import { Command } from '../parts/copy.js';
import { When } from '../parts/instant.js';
import { LaneName } from '../parts/lane-name.js';
import { ProblemNote, sentence } from '../parts/notes.js';
import { Mark } from '../parts/mark.js';
import { Section } from '../parts/screen.js';
import { laneWord } from '../parts/states.js';
import css from './calendar.module.css';
import { ProductField } from './filters.js';

const allLanes = [Lane.BRONZE, Lane.SILVER, Lane.GOLD] as const;

/** Asks whether a promotion could take its lane at a time, and answers in words. */
export function PromoteWhen({ product: given, lane: givenLane }: { readonly product: string; readonly lane: Lane }) {
  const { zone } = useSettings();
  const [chosen, setProduct] = useState(given);
  // Where there is one product only, there is nothing to choose.
  const { data: known } = useQuery(ProductService.method.listProducts, {});
  const [only, ...others] = known?.products ?? [];
  const product = chosen === '' && only !== undefined && others.length === 0 ? only.name : chosen;
  const [lane, setLane] = useState(givenLane);
  const [time, setTime] = useState(() => fieldOf(serverNow(), zone));
  const [asked, setAsked] = useState<{ readonly product: string; readonly lane: Lane; readonly at: Date }>();
  const id = useId();
  const at = new Date(zone === 'utc' ? `${time}Z` : time);
  const whyNot = product === '' ? 'choose a product' : Number.isNaN(at.getTime()) ? 'give a date and a time' : '';
  return (
    <Section title="Can I promote at a time?">
      <form
        className={css['ask']}
        onSubmit={(event) => {
          event.preventDefault();
          if (whyNot === '') setAsked({ product, lane, at });
        }}
      >
        <ProductField value={product} onChange={setProduct} />
        <label className={css['field']}>
          <span className="visually-hidden">Lane</span>
          <select
            value={lane}
            onChange={({ target }) =>
              setLane(allLanes.find((each) => String(each) === target.value) ?? Lane.UNSPECIFIED)
            }
          >
            <option value={Lane.UNSPECIFIED}>every lane</option>
            {allLanes.map((each) => (
              <option key={each} value={each}>
                {laneWord(each)}
              </option>
            ))}
          </select>
        </label>
        <label className={css['field']} htmlFor={id}>
          <span className="visually-hidden">Date and time</span>
          <input id={id} type="datetime-local" value={time} onChange={({ target }) => setTime(target.value)} />
          <span className={css['small']}>{readersZone(zone)}</span>
        </label>
        <Button type="submit" kind="main" whyNot={whyNot}>
          Check
        </Button>
      </form>
      <div role="status">{asked !== undefined && <Answer {...asked} />}</div>
    </Section>
  );
}

function Answer({ product, lane, at }: { readonly product: string; readonly lane: Lane; readonly at: Date }) {
  const { zone } = useSettings();
  const { data, error } = useQuery(
    RestrictionService.method.checkLanes,
    product === '' ? skipToken : { product, lane, at: timestampFromDate(at) },
  );
  if (error !== null) return <ProblemNote error={error} />;
  if (data === undefined) return null;
  return (
    <div className={css['answer']}>
      <p>
        On {dayAndTime(at, zone)} {readersZone(zone)}, a promotion that is ready
      </p>
      <ul>
        {data.lanes.map(({ lane: one, opening }) => (
          <li key={one}>
            <LaneName lane={one} /> {opening !== undefined && <Verdict opening={opening} />}
          </li>
        ))}
      </ul>
      <p className={css['small']}>
        Holds are asked for as they are now, and gates not at all.{' '}
        <Command
          command={`lane window check ${product}${lane === Lane.UNSPECIFIED ? '' : ` --lane ${laneWord(lane)}`} --at ${at.toISOString().slice(0, 16)}Z`}
          label=""
        />
      </p>
    </div>
  );
}

function Verdict({ opening }: { readonly opening: LaneOpening }): ReactNode {
  if (!opening.closed)
    return (
      <span>
        <Mark tone="good" shape="check">
          takes it
        </Mark>
        {opening.nextClose !== undefined && (
          <>
            {' '}
            It closes <When at={opening.nextClose} />
          </>
        )}
      </span>
    );
  return (
    <span>
      <Mark tone="bad" shape="cross">
        does not take it
      </Mark>{' '}
      {sentence(opening.why)}.{' '}
      {opening.nextOpen === undefined ? (
        <>Nobody can say when it opens.</>
      ) : (
        <>
          It opens <When at={opening.nextOpen} writtenIn={opening.closures[0]?.zone ?? ''} />
        </>
      )}
    </span>
  );
}

/** An instant as a field for it shows it. */
function fieldOf(at: Date, zone: PageSettings['zone']): string {
  return (zone === 'utc' ? at : new Date(at.getTime() - at.getTimezoneOffset() * 60_000)).toISOString().slice(0, 16);
}
