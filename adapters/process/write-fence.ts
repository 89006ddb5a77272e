import { access } from 'node:fs/promises';
import { runProcess } from './run-process.js';

/** How a machine keeps a command from writing anywhere but into named folders. */
export type Fence = 'namespace' | 'user-namespace' | 'sandbox-exec' | 'none';

/** A command as it is started behind a fence. */
export interface FencedCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * Makes every mount read-only except the folders before `--`, gives up the right to undo that, and becomes the command
 * after `--`. In a user namespace the flags of a mount are locked, so each is remounted with the flags that it has. A
 * mount that stays writable although it should not is an error, except for what the kernel shows under /proc, /sys and
 * /dev.
 */
const namespaceScript = String.raw`
set -eu
mount --make-rprivate /
writable=
while [ "$1" != -- ]; do mount --bind "$1" "$1"; writable="$writable$1:"; shift; done
shift
while read -r _ _ _ _ point flags _; do
  point=$(printf '%b' "$point")
  keep=
  rest=$writable
  while [ -n "$rest" ]; do
    case "$point/" in "$(printf '%s' "$rest" | cut -d: -f1)"/*) keep=1 ;; esac
    rest=$(printf '%s' "$rest" | cut -d: -f2-)
  done
  [ -z "$keep" ] || continue
  options=$(printf '%s' "$flags" | tr ',' '\n' | grep -E '^(nosuid|nodev|noexec|noatime|nodiratime|relatime)$' | tr '\n' ',' || true)
  mount -o "remount,bind,ro,$options" "$point" 2>/dev/null && continue
  case "$point/" in /proc/*|/sys/*|/dev/*) ;; *) [ ! -w "$point" ] || exit 97 ;; esac
done </proc/self/mountinfo
# The working folder was entered before its mount was replaced.
cd "$(pwd)"
if command -v setpriv >/dev/null; then exec setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin -- "$@"; fi
exec "$@"
`;

/**
 * Becomes the command that follows it, and dies with the process that started it, even if that one is killed outright.
 */
const dieWithParent = 'if command -v setpriv >/dev/null; then exec setpriv --pdeathsig KILL -- "$@"; fi; exec "$@"';

/** Which fence this machine offers; each is tried out, because containers often forbid namespaces. */
export async function detectFence(env: Readonly<Record<string, string>>, scratch: string): Promise<Fence> {
  if (process.platform === 'darwin') {
    const found = await access('/usr/bin/sandbox-exec').then(
      () => true,
      () => false,
    );
    return found ? 'sandbox-exec' : 'none';
  }
  if (process.platform !== 'linux') return 'none';
  const probe = 'test ! -w /usr && test ! -w "$HOME" && : > "$1/fence-probe" && rm "$1/fence-probe"';
  for (const fence of ['namespace', 'user-namespace'] as const) {
    const fenced = fenceCommand(fence, [scratch], '/bin/sh', ['-c', probe, 'sh', scratch]);
    const result = await runProcess({ ...fenced, cwd: scratch, env: { ...env, HOME: '/' }, timeoutMs: 10_000 }).catch(
      () => undefined,
    );
    if (result?.exitCode === 0) return fence;
  }
  return 'none';
}

/** The command behind a fence that lets it write into `writable` alone (absolute paths without links and colons). */
export function fenceCommand(
  fence: Fence,
  writable: readonly string[],
  command: string,
  args: readonly string[],
): FencedCommand {
  switch (fence) {
    case 'namespace':
    case 'user-namespace': {
      // With a process namespace of its own, whatever the command leaves running ends with it.
      const flags = [fence === 'namespace' ? '-m' : '-Urm', '--pid', '--fork', '--kill-child'];
      const unshare = [
        'unshare',
        ...flags,
        '/bin/sh',
        '-c',
        namespaceScript,
        'fence',
        ...writable,
        '--',
        command,
        ...args,
      ];
      return { command: '/bin/sh', args: ['-c', dieWithParent, 'fence', ...unshare] };
    }
    case 'sandbox-exec': {
      const allowed = writable.map((folder) => `(subpath ${JSON.stringify(folder)})`).join(' ');
      const profile = `(version 1)(allow default)(deny file-write*)(allow file-write* ${allowed} (literal "/dev/null") (literal "/dev/tty"))`;
      return { command: '/usr/bin/sandbox-exec', args: ['-p', profile, command, ...args] };
    }
    case 'none':
      return { command, args };
  }
}

/** Whether the output of a failed command shows that a fence stopped it. */
export function reportsWriteDenied(output: string): boolean {
  return /\bEROFS\b|Read-only file system|Operation not permitted.*write/i.test(output);
}
