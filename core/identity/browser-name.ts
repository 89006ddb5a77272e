/** What each browser calls itself in the header `User-Agent`; those that also claim to be another come first. */
const browsers: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Edge', /\bEdg\/(\d+)/],
  ['Opera', /\bOPR\/(\d+)/],
  ['Firefox', /\bFirefox\/(\d+)/],
  ['Chrome', /\b(?:Headless)?Chrom(?:e|ium)\/(\d+)/],
  ['Safari', /\bVersion\/(\d+).*\bSafari\//],
];

const systems: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(iPhone|iPad)\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
];

/**
 * A browser in a few words, such as `Chrome 143 on Linux`; what is not known stands for itself, shortened.
 * @param userAgent as the browser sent it: anybody can write it
 */
export function browserName(userAgent: string): string {
  const [browser, version] = browsers
    .map(([name, pattern]) => [name, pattern.exec(userAgent)?.[1]] as const)
    .find(([, found]) => found !== undefined) ?? ['', undefined];
  if (version === undefined) return userAgent.slice(0, 60) || 'an unnamed browser';
  const system = systems.find(([, pattern]) => pattern.test(userAgent))?.[0];
  return `${browser} ${version}${system === undefined ? '' : ` on ${system}`}`;
}
