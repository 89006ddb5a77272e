import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/**
 * The search attributes of every run, all of type Keyword: SQL visibility allows ten per namespace. The same list
 * registers them with the server and types them in the workflows.
 */
export const searchAttributes = {
  tenant: defineSearchAttributeKey('LanekeeperTenant', SearchAttributeType.KEYWORD),
  product: defineSearchAttributeKey('LanekeeperProduct', SearchAttributeType.KEYWORD),
  bundle: defineSearchAttributeKey('LanekeeperBundle', SearchAttributeType.KEYWORD),
  lane: defineSearchAttributeKey('LanekeeperLane', SearchAttributeType.KEYWORD),
  state: defineSearchAttributeKey('LanekeeperState', SearchAttributeType.KEYWORD),
  policy: defineSearchAttributeKey('LanekeeperPolicy', SearchAttributeType.KEYWORD),
} as const;

/**
 * Name and type of each attribute, as `temporal operator search-attribute create` and `start-dev --search-attribute`
 * accept them.
 */
export const searchAttributeDefinitions: readonly { readonly name: string; readonly type: 'Keyword' }[] = Object.values(
  searchAttributes,
).map((attribute) => ({ name: attribute.name, type: 'Keyword' }));
