/** What roles are called by a method: by enrolled role. */
export type RoleTitles = Readonly<Record<string, string>>;

/** A role as people read it: `Architecture Board (release-manager)`, or its name alone where the method has no title for it. */
export function roleWords(role: string, titles: RoleTitles = {}): string {
  const title = Object.hasOwn(titles, role) ? titles[role] : undefined;
  return title === undefined ? role : `${title} (${role})`;
}

/** Several of them, as a list. */
export function rolesWords(roles: readonly string[], titles?: RoleTitles): string {
  return roles.map((role) => roleWords(role, titles)).join(', ');
}

/** The titles of a role map, by enrolled role; where one role stands for several of the method, all of them. */
export function titlesOf(
  roleMap: Readonly<Record<string, { readonly title: string; readonly role: string }>>,
): RoleTitles {
  const titles = new Map<string, Set<string>>();
  for (const { title, role } of Object.values(roleMap)) titles.set(role, (titles.get(role) ?? new Set()).add(title));
  return Object.fromEntries([...titles].map(([role, all]) => [role, [...all].join(' or ')]));
}
