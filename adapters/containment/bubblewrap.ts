import type { BuildUser, Containment } from './containment.js';
import { type Enclosure, foldersAbove, isWithin, systemView } from './enclosure.js';
import { firstProcess, startedIn, withoutRights } from './user.js';

/** What root keeps inside until it has become the build user. */
const rightsToBecomeAnotherUser = ['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP'];

/** Containment by bubblewrap, the tool that contains Flatpak's applications. `program` is its name or path. */
export function bubblewrap(program: string, user: BuildUser | undefined): Containment {
  return {
    name: 'bubblewrap',
    ...(user !== undefined && { user }),
    command: (enclosure, command, args) => ({
      command: program,
      args: [
        ...bubblewrapOptions(enclosure, user),
        '--',
        ...firstProcess,
        ...commandAs(user, startedIn(enclosure.cwd, command, args)),
      ],
      waitsForNamespace: true,
    }),
  };
}

/** Where there is no other user to become, bubblewrap itself has given up everything before the first process starts. */
function commandAs(user: BuildUser | undefined, command: readonly string[]): readonly string[] {
  return user === undefined ? command : withoutRights(user, command);
}

function bubblewrapOptions(enclosure: Enclosure, user: BuildUser | undefined): string[] {
  const { folders, links } = systemView();
  const readable = enclosure.readable.filter((path) => !isWithin(path, folders));
  return [
    // `--as-pid-1`: our own first process ends with the command, and bubblewrap only after everything else has ended.
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--die-with-parent', '--as-pid-1'],
    ...(user === undefined ? ['--unshare-user'] : []),
    ...(enclosure.network ? [] : ['--unshare-net']),
    ...[
      '--cap-drop',
      'ALL',
      ...(user === undefined ? [] : rightsToBecomeAnotherUser.flatMap((cap) => ['--cap-add', cap])),
    ],
    ...folders.flatMap((path) => [...aboveOf(path), '--ro-bind', path, path]),
    ...links.flatMap(([path, target]) => ['--symlink', target, path]),
    ...['--proc', '/proc', '--dev', '/dev', '--perms', '1777', '--tmpfs', '/dev/shm', '--remount-ro', '/dev'],
    ...['--perms', '1777', '--tmpfs', '/tmp'],
    ...readable.flatMap((path) => [...aboveOf(path), '--ro-bind', path, path]),
    ...enclosure.writable.flatMap((path) => [...aboveOf(path), '--bind', path, path]),
    ...['--remount-ro', '/', '--chdir', '/'],
  ];
}

/** The folders above a path may be entered, whatever they are on the machine; they contain nothing else. */
function aboveOf(path: string): string[] {
  return foldersAbove(path)
    .filter((folder) => folder !== '/tmp')
    .flatMap((folder) => ['--perms', '0755', '--dir', folder]);
}
