/**
 * The kinds of cases. A case is the file on something that people decide about: what was shown to them, what they have
 * signed, and what became of it.
 */
export const caseKinds = ['promotion'] as const;

/** One of the kinds. */
export type CaseKind = (typeof caseKinds)[number];

/** Names a case: its kind, and the id of what it is about. */
export interface CaseRef {
  readonly kind: CaseKind;
  readonly id: string;
}

/** The case of a promotion. */
export function caseOfPromotion({ id }: { readonly id: string }): CaseRef {
  return { kind: 'promotion', id };
}

/** The promotion that a case is about, if it is about one. */
export function promotionOfCase({ kind, id }: CaseRef): string | undefined {
  return { promotion: id }[kind];
}
