import { digestOf } from '../../hash.js';

/** How long the name of a window may be. */
const maxName = 63;

/** How many hex digits of a digest tell apart what a short name does not. */
const digits = 12;

const isName = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** A prefix of names that leaves room for them. */
export const namePrefix = /^(?:[a-z0-9][a-z0-9._-]{0,30})?$/;

/**
 * The name of the window of an event: its id where that is a name already, else what is readable of it, and a digest of all of
 * it. The same event has the same name whenever it is read.
 *
 * @param suffix tells apart what one event brings
 */
export function nameOf(prefix: string, id: string, suffix = ''): string {
  const whole = `${prefix}${id}${suffix}`;
  if (isName.test(whole)) return whole;
  const digest = digestOf(id).slice('sha256:'.length, 'sha256:'.length + digits);
  const room = maxName - prefix.length - suffix.length - digits - 1;
  // What is after the @ of an id is the name of a host.
  const words = id.slice(0, 300).replace(/@.*$/s, '').toLowerCase();
  const slug = words
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, room)
    .replace(/-$/, '');
  return `${prefix}${slug === '' ? '' : `${slug}-`}${digest}${suffix}`;
}
