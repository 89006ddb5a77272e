/** The screens that are always one step away, each with the letter that follows `g`. */
export const places = [
  { to: '/lanes', name: 'Lanes', key: 'l' },
  { to: '/inbox', name: 'Inbox', key: 'i' },
  { to: '/promotions', name: 'Promotions', key: 'p' },
  { to: '/calendar', name: 'Calendar', key: 'd' },
  { to: '/policies', name: 'Policies', key: 'o' },
  { to: '/settings', name: 'Settings', key: 's' },
] as const;
