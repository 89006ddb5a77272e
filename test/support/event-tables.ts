const about = (kind: string, column: string): string =>
  `(select e.*, s.id as ${column} from method_events e
      join event_subjects s on s.tenant_id = e.tenant_id and s.event_id = e.id and s.kind = '${kind}')`;

/** For SQL of tests: the method events about promotions, with `promotion_id`. */
export const promotionEvents = about('promotion', 'promotion_id');

/** For SQL of tests: the method events about releases, with `release_id`. */
export const releaseEvents = about('release', 'release_id');
