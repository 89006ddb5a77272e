import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/**
 * The search attributes of every run: SQL visibility allows ten of type Keyword and three of type KeywordList in a
 * namespace. The same list registers them with the server and types them in the workflows. What they say is for people who
 * search; nothing is decided by it.
 */
export const searchAttributes = {
  tenant: defineSearchAttributeKey('LanekeeperTenant', SearchAttributeType.KEYWORD),
  product: defineSearchAttributeKey('LanekeeperProduct', SearchAttributeType.KEYWORD),
  bundle: defineSearchAttributeKey('LanekeeperBundle', SearchAttributeType.KEYWORD),
  lane: defineSearchAttributeKey('LanekeeperLane', SearchAttributeType.KEYWORD),
  state: defineSearchAttributeKey('LanekeeperState', SearchAttributeType.KEYWORD),
  standing: defineSearchAttributeKey('LanekeeperStanding', SearchAttributeType.KEYWORD),
  profile: defineSearchAttributeKey('LanekeeperProfile', SearchAttributeType.KEYWORD),
  goals: defineSearchAttributeKey('LanekeeperGoals', SearchAttributeType.KEYWORD_LIST),
  timeboxes: defineSearchAttributeKey('LanekeeperTimeboxes', SearchAttributeType.KEYWORD_LIST),
  policy: defineSearchAttributeKey('LanekeeperPolicy', SearchAttributeType.KEYWORD),
} as const;

/**
 * Name and type of each attribute, as `temporal operator search-attribute create` and `start-dev --search-attribute`
 * accept them.
 */
export const searchAttributeDefinitions: readonly {
  readonly name: string;
  readonly type: 'Keyword' | 'KeywordList';
}[] = Object.values(searchAttributes).map(({ name, type }) => ({
  name,
  type: type === SearchAttributeType.KEYWORD_LIST ? 'KeywordList' : 'Keyword',
}));
