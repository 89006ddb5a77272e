import { create } from '@bufbuild/protobuf';
import { shortId } from '../../../core/ids.js';
import { type TimelineEntry, TimelineEntrySchema } from '#gen/release/v1/timeline_pb.js';
import type { TimelineEvent } from '../../../store/event/list.js';
import { bounded, instant } from '../convert.js';

/** A method event as a timeline entry. */
export function toTimelineEntry(event: TimelineEvent): TimelineEntry {
  return create(TimelineEntrySchema, {
    eventId: BigInt(event.id),
    ...instant('at', event.occurredAt),
    type: event.type,
    actor: event.actor ?? '',
    text: bounded(textOf(event), 4000),
  });
}

function textOf(event: TimelineEvent): string {
  const dataField = (name: string): string => {
    const value = event.data[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  switch (event.type) {
    case 'product.registered':
      return `registered with repository ${dataField('repository')}`;
    case 'release.started':
      return `release of ${dataField('revision').slice(0, 12)} started`;
    case 'release.sealed':
      return 'the bundle is sealed';
    case 'release.failed':
      return 'the release failed';
    case 'evidence.attached':
      return `evidence attached: ${dataField('kind')}`;
    case 'promotion.requested':
      return dataField('kind') === 'ROLLBACK' ? 'rollback requested' : 'promotion requested';
    case 'promotion.transitioned':
      return `${dataField('from')} → ${dataField('to')}: ${dataField('reason')}`;
    case 'promotion.superseded':
      return dataField('how') === 'ROLLED_BACK'
        ? `rolled back by ${shortId(dataField('by'))}`
        : `superseded by ${shortId(dataField('by'))}`;
    case 'decision.recorded':
      return `${dataField('verb')} recorded`;
    case 'decision.refused':
      return `${dataField('verb') === 'unknown' ? 'a decision' : dataField('verb')} refused (${dataField('code')}): ${dataField('reason')}`;
    case 'lane.granted':
      return `lane granted with fencing token ${dataField('fencingToken')}`;
    case 'lane.revoked':
      return `lane revoked in favour of ${shortId(dataField('by'))}`;
    case 'alias.switched':
      return `alias switched, generation ${dataField('generation')}`;
    default:
      return event.type;
  }
}
