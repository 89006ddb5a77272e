/**
 * Whether tests that have a long form take it, which `npm run soak` asks for: more messages, and every pair where the
 * short form takes half of them.
 */
export const isSoak = process.env['LANEKEEPER_SOAK'] === 'on';
