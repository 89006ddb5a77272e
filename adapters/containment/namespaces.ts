import type { BuildUser, Containment } from './containment.js';
import { type Enclosure, isWithin, systemView } from './enclosure.js';
import { namespaceScript } from './namespace-script.js';
import { firstProcess, startedIn, withoutRights } from './user.js';

/** Becomes the command that follows, and dies with the process that started it, even if that one is killed outright. */
const diesWithParent = ['--pdeathsig', 'KILL', '--'] as const;

/** Containment by the kernel's namespaces with the programs of util-linux: the same as bubblewrap does, where it is missing. */
export function namespaces(user: BuildUser | undefined): Containment {
  return {
    name: 'namespaces',
    ...(user !== undefined && { user }),
    command: (enclosure, command, args) => ({
      command: 'setpriv',
      args: [
        ...diesWithParent,
        'unshare',
        ...namespacesOf(enclosure, user),
        ...['/bin/sh', '-c', namespaceScript, 'enclosure', enclosure.mountPoint],
        ...placesOf(enclosure),
        'enter',
        ...firstProcess,
        ...commandAs(user, startedIn(enclosure.cwd, command, args)),
      ],
      waitsForNamespace: true,
    }),
  };
}

function namespacesOf(enclosure: Enclosure, user: BuildUser | undefined): string[] {
  return [
    ...(user === undefined ? ['--user', '--map-root-user'] : []),
    ...(enclosure.network ? [] : ['--net']),
    ...['--mount', '--propagation', 'private', '--pid', '--ipc', '--uts', '--fork', '--kill-child'],
  ];
}

/**
 * Without another user to become, the command gets a user namespace of its own, in which it is the user of the worker:
 * so it is not the user who owns the namespace in which the first process is root.
 */
function commandAs(user: BuildUser | undefined, command: readonly string[]): readonly string[] {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  if (user !== undefined || uid === undefined || gid === undefined) return withoutRights(user, command);
  const mapped = ['unshare', '--user', `--map-user=${String(uid)}`, `--map-group=${String(gid)}`, '--keep-caps', '--'];
  return [...mapped, ...withoutRights(undefined, command)];
}

/** The arguments of the script that say what is shown where. */
function placesOf(enclosure: Enclosure): string[] {
  const { folders, links } = systemView();
  const readable = enclosure.readable.filter((path) => !isWithin(path, folders));
  return [
    ...folders.flatMap((path) => ['show', path]),
    ...links.flatMap(([path, target]) => ['link', path, target]),
    ...['system', enclosure.network ? 'network' : 'loopback'],
    ...readable.flatMap((path) => ['show', path]),
    ...enclosure.writable.flatMap((path) => ['give', path]),
  ];
}
