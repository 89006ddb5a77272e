import { whyDeparted } from '../../../core/governance/departure.js';
import { DocumentKind, type PolicyVersion, PolicyState } from '#gen/governance/v1/governance_service_pb.js';

/** `policy default`. */
export function documentOf({ kind, name }: Pick<PolicyVersion, 'kind' | 'name'>): string {
  return kind === DocumentKind.GOVERNANCE ? 'policy of policies' : `${DocumentKind[kind].toLowerCase()} ${name}`;
}

/** `policy/default@3`, as commands take it. */
export function nameOf(version: PolicyVersion): string {
  return `${DocumentKind[version.kind].toLowerCase()}/${version.name}@${String(version.version)}`;
}

/** Where a version stands. */
export function stateOf({ state, overtakenBy, author, publishedAt, acts }: PolicyVersion): string {
  switch (state) {
    case PolicyState.DRAFT:
      return 'draft';
    case PolicyState.PENDING_APPROVAL:
      return 'waits to be published';
    case PolicyState.PUBLISHED:
      return 'in force';
    case PolicyState.OVERTAKEN:
      return `overtaken by version ${String(overtakenBy)}`;
    default:
      return whyDeparted({
        ...{ author, wasPublished: publishedAt !== undefined },
        retiredBy: acts.find(({ verb }) => verb === 'retire')?.principal,
      });
  }
}

/** Who has published a version; what was installed nobody has. */
export function publishersOf({ acts }: PolicyVersion): string {
  return acts
    .filter(({ verb }) => verb === 'publish')
    .map(({ principal }) => principal)
    .join(' and ');
}
