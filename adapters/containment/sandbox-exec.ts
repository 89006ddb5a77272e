import type { Containment } from './containment.js';
import type { Enclosure } from './enclosure.js';

/** What macOS and its developer tools consist of. */
const system = [
  ...['/usr', '/bin', '/sbin', '/System', '/Library/Apple', '/Library/Developer', '/Library/Preferences/Logging'],
  ...['/opt/homebrew', '/private/etc/ssl', '/private/etc/hosts', '/private/etc/resolv.conf', '/private/etc/localtime'],
  ...['/private/etc/passwd', '/private/etc/group', '/private/etc/services', '/private/etc/protocols'],
  ...['/private/var/db/timezone', '/private/var/db/dyld', '/private/var/select', '/private/var/run/resolv.conf'],
  '/Applications/Xcode.app',
];

/**
 * Containment by the sandbox of macOS: a list of what may be read, written and reached. It has no namespaces: processes
 * of others can be seen, though not signalled or traced, and the process group is what ends with the command.
 */
export const sandboxExec: Containment = {
  name: 'sandbox-exec',
  command: (enclosure, command, args) => ({
    command: '/usr/bin/sandbox-exec',
    args: ['-p', profileOf(enclosure), command, ...args],
    waitsForNamespace: false,
  }),
};

/** The last rule that matches decides. */
function profileOf(enclosure: Enclosure): string {
  const readable = [...system, ...enclosure.readable, ...enclosure.writable];
  return [
    '(version 1)',
    '(allow default)',
    '(deny file-read* file-write*)',
    // Names and sizes alone: without them no path can be followed.
    '(allow file-read-metadata)',
    `(allow file-read* (literal "/") ${readable.map(subpath).join(' ')})`,
    `(allow file-read* file-write* ${enclosure.writable.map(subpath).join(' ')})`,
    '(allow file-read* file-write-data (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty")',
    ' (literal "/dev/random") (literal "/dev/urandom") (subpath "/dev/fd"))',
    '(deny signal (target others))',
    '(deny process-info* (target others))',
    '(deny mach-priv-task-port)',
    '(deny appleevent-send)',
    '(deny lsopen)',
    ...(enclosure.network ? [] : ['(deny network*)']),
  ].join('\n');
}

function subpath(path: string): string {
  return `(subpath ${JSON.stringify(path)})`;
}
