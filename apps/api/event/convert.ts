import { create } from '@bufbuild/protobuf';
import { wordsOf } from '../../../core/event/words.js';
import type { Words } from '../../../core/policy/words-of-profile.js';
import { type TimelineEntry, TimelineEntrySchema } from '#gen/release/v1/timeline_pb.js';
import type { TimelineEvent } from '../../../store/event/list.js';
import { bounded, instant } from '../convert.js';

/** A method event as a timeline entry, in the words of a method if it has any. */
export function toTimelineEntry(event: TimelineEvent, words?: Words): TimelineEntry {
  return create(TimelineEntrySchema, {
    eventId: BigInt(event.id),
    ...instant('at', event.occurredAt),
    type: event.type,
    actor: event.actor ?? '',
    phase: phaseAfter(event),
    text: bounded(wordsOf(event, words), 4000),
  });
}

/** The phase that an event leaves a promotion in, if it says so. */
function phaseAfter({ type, data }: TimelineEvent): string {
  if (type === 'promotion.requested') return 'REQUESTED';
  const to = type === 'promotion.transitioned' ? data['to'] : undefined;
  return typeof to === 'string' ? bounded(to, 40) : '';
}
