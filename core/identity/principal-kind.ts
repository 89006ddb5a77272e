/** What a principal is. Only humans fill a quorum; services that merge are left out of the authors. */
export const principalKinds = ['human', 'agent', 'service'] as const;

/** One of the kinds. */
export type PrincipalKind = (typeof principalKinds)[number];
