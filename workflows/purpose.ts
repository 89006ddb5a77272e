import type { SearchAttributePair } from '@temporalio/common';
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
