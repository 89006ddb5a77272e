/** Which profile is in effect for a product, and what names it, as the API says it. */
interface ProfileInEffect {
  /** Empty where none is. */
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly namedBy: string;
}

/** The methodology profile of a product in words, wherever it is shown; undefined while it is not known. */
export function wordsOfProfileInEffect(profile: ProfileInEffect | undefined): string {
  if (profile === undefined) return 'not known: the rules cannot be relied on now';
  const { name, title, version, namedBy } = profile;
  return name === '' ? 'none, which is the default' : `${title} (${version}), named by ${namedBy}`;
}
