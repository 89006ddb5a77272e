import type { GatePatch, Origin } from './merge.js';

/** A name, and where it is written. */
export interface NamedAt {
  readonly id: string;
  readonly origin: Origin;
}

/** What changes in the gates where a condition holds. */
export interface Override extends NamedAt {
  /** CEL over `transformation`, `product`, `lane` and `kind`. */
  readonly when: string;
  readonly set: readonly GatePatch[];
  readonly add: readonly GatePatch[];
  readonly remove: readonly NamedAt[];
}

/** What a file says about gates. Files lie over each other: a profile below, policies over it. */
export interface Layer {
  readonly name: string;
  readonly fileName: string;
  readonly gates: readonly GatePatch[];
  /** Gates of the layers below that are left out. */
  readonly remove: readonly NamedAt[];
  readonly overrides: readonly Override[];
}

/** A policy as written in its file. */
export interface Policy extends Layer {
  readonly kind: 'Policy';
  /** The policy over which this one lies, and where it says so; absent where it stands alone. */
  readonly extends?: NamedAt;
}

/** One of the words of which a method has its own. */
export const lexiconWords = [
  'bundle',
  'promotion',
  'gate',
  'exception',
  'timebox',
  'goal',
  'artifact',
  'team',
  'transformation',
] as const;

/** The words of a method, each for one and for many; those that it does not name are ours. */
export type Lexicon = Readonly<
  Partial<Record<(typeof lexiconWords)[number], { readonly one: string; readonly many: string }>>
>;

/** The panels of the screen of a product, in their order where no profile says another. */
export const dashboardNames = ['lanes', 'approvals', 'releases', 'gates', 'transformation'] as const;

/** One of them. */
export type DashboardName = (typeof dashboardNames)[number];

/** A methodology profile as written in its file. */
export interface Profile extends Layer {
  readonly kind: 'Profile';
  readonly title: string;
  readonly lexicon: Lexicon;
  /** By role of the method: what it is called, and which enrolled role stands for it. */
  readonly roleMap: Readonly<Record<string, { readonly title: string; readonly role: string }>>;
  /** The kinds of timeboxes, the longest first; `length` is a whole number and `d` or `w`. */
  readonly timeboxes: readonly { readonly kind: string; readonly title: string; readonly length?: string }[];
  readonly dashboards: readonly DashboardName[];
}

/** What applies to a product: the profile in effect, and its policies, that which extends no other first. */
export interface RuleLayers {
  readonly profile?: Profile;
  readonly policies: readonly Policy[];
}
