import { create } from '@bufbuild/protobuf';
import { shortId } from '../../../core/ids.js';
import { type TimelineEntry, TimelineEntrySchema } from '#gen/release/v1/timeline_pb.js';
import type { TimelineEvent } from '../../../store/event/list.js';
import { bounded, instant } from '../convert.js';

/** An event of the log as a line of a timeline. */
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
  const said = (name: string): string => {
    const value = event.data[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  switch (event.type) {
    case 'product.registered':
      return `registered with repository ${said('repository')}`;
    case 'release.started':
      return `release of ${said('revision').slice(0, 12)} started`;
    case 'release.sealed':
      return 'the bundle is sealed';
    case 'release.failed':
      return 'the release failed';
    case 'evidence.attached':
      return `evidence attached: ${said('kind')}`;
    case 'promotion.requested':
      return said('kind') === 'ROLLBACK' ? 'rollback requested' : 'promotion requested';
    case 'promotion.transitioned':
      return `${said('from')} → ${said('to')}: ${said('reason')}`;
    case 'promotion.superseded':
      return said('how') === 'ROLLED_BACK'
        ? `rolled back by ${shortId(said('by'))}`
        : `superseded by ${shortId(said('by'))}`;
    case 'decision.recorded':
      return `${said('verb')} recorded`;
    case 'decision.refused':
      return `${said('verb') === 'unknown' ? 'a decision' : said('verb')} refused (${said('code')}): ${said('reason')}`;
    case 'lane.granted':
      return `lane granted with fencing token ${said('fencingToken')}`;
    case 'lane.revoked':
      return `lane taken back for ${shortId(said('by'))}`;
    case 'alias.switched':
      return `alias switched, generation ${said('generation')}`;
    default:
      return event.type;
  }
}
