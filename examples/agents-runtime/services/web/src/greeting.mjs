/** What visitors read first. */
export const greeting = 'Welcome aboard';
