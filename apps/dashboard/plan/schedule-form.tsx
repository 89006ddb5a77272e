import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { priorities } from '../../../core/promotion/schedule.js';
import { readersZone } from '../connection/clock.js';
import { type PageSettings, useSettings } from '../connection/settings.js';
import { Button } from '../parts/button.js';
import type { PlanPlace } from './place.js';
import css from './plan.module.css';

/** Asks when it is to be: the answer is in the address, so that it can be sent to somebody. */
export function ScheduleForm({
  bundle,
  lane,
  place,
}: {
  readonly bundle: string;
  readonly lane: string;
  readonly place: PlanPlace;
}) {
  const { zone } = useSettings();
  const navigate = useNavigate();
  const id = useId();
  const [at, setAt] = useState(() => fieldOf(place.at, zone));
  const [until, setUntil] = useState(() => fieldOf(place.until, zone));
  const [priority, setPriority] = useState(place.priority ?? 'normal');
  return (
    <form
      className={css['schedule']}
      onSubmit={(event) => {
        event.preventDefault();
        const search = {
          ...(at !== '' && { at: instantOf(at, zone) }),
          ...(until !== '' && { until: instantOf(until, zone) }),
          ...(priority !== 'normal' && { priority }),
        };
        void navigate({ to: '/bundles/$bundle/plan/$lane', params: { bundle, lane }, search, replace: true });
      }}
    >
      <label htmlFor={`${id}-at`}>
        Not before
        <input id={`${id}-at`} type="datetime-local" value={at} onChange={({ target }) => setAt(target.value)} />
      </label>
      <label htmlFor={`${id}-until`}>
        Not after
        <input
          id={`${id}-until`}
          type="datetime-local"
          value={until}
          onChange={({ target }) => setUntil(target.value)}
        />
      </label>
      <label htmlFor={`${id}-priority`}>
        Priority
        <select id={`${id}-priority`} value={priority} onChange={({ target }) => setPriority(target.value)}>
          {priorities.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <span className={css['small']}>{readersZone(zone)}</span>
      <Button type="submit">Plan</Button>
    </form>
  );
}

/** An instant of the address as a field for it shows it; empty for what is none. */
function fieldOf(text: string | undefined, zone: PageSettings['zone']): string {
  const at = new Date(text ?? '');
  if (Number.isNaN(at.getTime())) return '';
  return (zone === 'utc' ? at : new Date(at.getTime() - at.getTimezoneOffset() * 60_000)).toISOString().slice(0, 16);
}

function instantOf(field: string, zone: PageSettings['zone']): string {
  return new Date(zone === 'utc' ? `${field}Z` : field).toISOString();
}
