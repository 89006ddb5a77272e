interface Place {
  readonly to: '/lanes' | '/inbox' | '/promotions' | '/policies' | '/settings';
  readonly name: string;
  readonly key: string;
  /** Another address that is a part of it. */
  readonly with?: string;
}

/** The screens that are always one step away, each with the letter that follows `g`. */
export const places: readonly Place[] = [
  { to: '/lanes', name: 'Lanes', key: 'l' },
  { to: '/inbox', name: 'Inbox', key: 'i' },
  { to: '/promotions', name: 'Promotions', key: 'p' },
  { to: '/policies', name: 'Policies', key: 'o', with: '/transformations' },
  { to: '/settings', name: 'Settings', key: 's' },
];
