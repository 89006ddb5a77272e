/**
 * The script that puts the file system of an enclosure together, as root of new namespaces. Its first argument is an
 * empty folder; what follows is read word by word: `show PATH`, `give PATH`, `link PATH TARGET`, `system NETWORK`, and
 * at last `enter COMMAND ARGUMENTS…`.
 *
 * Each part is bound with everything that is mounted below it, because in a user namespace the kernel refuses less. Then
 * every mount but those that are given is made read-only; a flag that it already has must be named again.
 */
export const namespaceScript = String.raw`
set -eu
umask 022
# On some systems the programs of root are not on the PATH of others.
path=$PATH
PATH=$PATH:/usr/sbin:/sbin
new=$1; shift
given=:
mount -t tmpfs -o mode=0755,nosuid,nodev enclosure "$new"

# bind PATH: shows PATH, with what is mounted below it.
bind() {
  if [ -d "$1" ]; then mkdir -p "$new$1"; else mkdir -p "$new${'$'}{1%/*}"; [ -e "$new$1" ] || : >"$new$1"; fi
  mount --rbind "$1" "$new$1"
}
# copy FILE: for a small file, which costs less than a mount.
copy() { [ -d "$new${'$'}{1%/*}" ] || mkdir -p "$new${'$'}{1%/*}"; cp "$1" "$new$1"; }
show() { case $1 in /etc/*) [ ! -f "$1" ] || { copy "$1"; return; } ;; esac; bind "$1"; }
devices() {
  mkdir "$new/dev"
  mount -t tmpfs -o mode=0755,nosuid enclosure "$new/dev"
  for name in null zero full random urandom tty; do : >"$new/dev/$name"; mount --bind "/dev/$name" "$new/dev/$name"; done
  ln -s /proc/self/fd "$new/dev/fd"
  for pair in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${'$'}{pair%%:*}" "$new/dev/${'$'}{pair##*:}"; done
  mkdir "$new/dev/pts" "$new/dev/shm"
  ! mount -t devpts -o newinstance,ptmxmode=0666,mode=620,nosuid,noexec devpts "$new/dev/pts" 2>/dev/null || ln -s pts/ptmx "$new/dev/ptmx"
  mount -t tmpfs -o mode=1777,nosuid,nodev enclosure "$new/dev/shm"
}
system() {
  mkdir "$new/proc" "$new/tmp"
  mount -t proc -o nosuid,nodev,noexec proc "$new/proc"
  devices
  mount -t tmpfs -o mode=1777,nosuid,nodev enclosure "$new/tmp"
  [ "$1" = network ] || ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null ||
    echo 'the loopback interface is down: neither ip nor ifconfig is installed' >&2
}
while [ "$1" != enter ]; do
  case $1 in
    show) show "$2"; shift 2 ;;
    give) bind "$2"; given="$given$new$2:"; shift 2 ;;
    link) mkdir -p "$new$(dirname "$2")"; ln -s "$3" "$new$2"; shift 3 ;;
    system) system "$2"; shift 2 ;;
    *) exit 97 ;;
  esac
done
shift
# The list is read at once: it changes with every mount.
mounts=$(cut -d' ' -f5,6 /proc/self/mountinfo)
printf '%s\n' "$mounts" | while read -r point flags; do
  point=$(printf '%b' "$point")
  case $point in "$new"/*) ;; *) continue ;; esac
  case $point in "$new/proc" | "$new/proc/"* | "$new/tmp" | "$new/dev/"*) continue ;; esac
  kept=
  for flag in $(IFS=,; echo $flags); do
    case $flag in nodev | noexec | noatime | nodiratime | relatime) kept="$kept,$flag" ;; esac
  done
  case $point in "$new/dev") ;; *) kept="$kept,nodev" ;; esac
  mode=ro
  rest=$given
  while [ "$rest" != : ]; do
    rest=${'$'}{rest#:}
    case "$point/" in "${'$'}{rest%%:*}"/*) mode=rw ;; esac
    rest=:${'$'}{rest#*:}
  done
  mount -o "remount,bind,$mode,nosuid$kept" "$point"
done
mkdir "$new/.before"
cd "$new"
pivot_root . .before
cd /
umount -l /.before
rmdir /.before
mount -o remount,bind,ro,nosuid,nodev /
PATH=$path
exec "$@"
`;
