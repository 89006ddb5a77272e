/** The headline of the page. */
export const greeting = 'Welcome aboard';
