import type { SearchAttributePair, SearchAttributeUpdatePair } from '@temporalio/common';
import type { Purpose } from '../core/release/purpose.js';
import { searchAttributes } from '../temporal-config/search-attributes.js';

/** What a bundle is made for, as search attributes. */
export function searchedPurpose(purpose: Purpose | undefined): SearchAttributePair[] {
  if (purpose === undefined) return [];
  const { profile, goals, timeboxes } = purpose;
  return [
    ...(profile === undefined ? [] : [{ key: searchAttributes.profile, value: profile }]),
    ...(goals.length === 0 ? [] : [{ key: searchAttributes.goals, value: [...goals] }]),
    ...(timeboxes.length === 0 ? [] : [{ key: searchAttributes.timeboxes, value: [...timeboxes] }]),
  ];
}

/** The same in place of what was said before: what is no longer so is taken back. */
export function searchedPurposeNow(purpose: Purpose | undefined): SearchAttributeUpdatePair[] {
  if (purpose === undefined) return [];
  const { profile, goals, timeboxes } = purpose;
  return [
    { key: searchAttributes.profile, value: profile ?? null },
    { key: searchAttributes.goals, value: goals.length === 0 ? null : [...goals] },
    { key: searchAttributes.timeboxes, value: timeboxes.length === 0 ? null : [...timeboxes] },
  ];
}
