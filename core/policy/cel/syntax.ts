import type { parse } from '@bufbuild/cel';

/** A rule as it is parsed, with the offset of each expression, by id. */
export type ParsedRule = ReturnType<typeof parse>;

/** A part of a rule. */
export type Expr = ParsedRule['expr'];

/** One case of an expression: a call, a selection, a comprehension. */
export type ExprOf<Case extends NonNullable<Expr['exprKind']['case']>> = Extract<
  Expr['exprKind'],
  { readonly case: Case }
>['value'];

/** The longest rule, in characters. */
export const maxRuleLength = 2_000;

/** How deeply the parts of a rule may be nested. */
const maxDepth = 200;

/** Whether the text of a rule opens more brackets than the parser has room for, those in quotes counted as well. */
export function opensTooMany(source: string): boolean {
  let depth = 0;
  for (const character of source) {
    if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    if (depth > maxDepth / 4) return true;
  }
  return false;
}

/** Whether a rule has parts in parts in parts, and so on, more than evaluations have room for. */
export function isTooDeep(expr: Expr, depth = 1): boolean {
  return depth > maxDepth || partsOf(expr).some((part) => isTooDeep(part, depth + 1));
}

/** Operators as they are written, by the names that the parser gives them. */
const operators: Readonly<Record<string, string>> = { '@in': 'in', '_[_]': '[]', '_?_:_': '?:' };

/** The way in which a function or an operator is written. */
export function writtenAs(name: string): string {
  return operators[name] ?? (/^[!-]_$|^_.+_$/.test(name) ? name.replaceAll('_', '') : `${name}()`);
}

/** Where a part of a rule is read from, as people write it; undefined where it is computed. */
export function pathOf({ exprKind }: Expr): string | undefined {
  if (exprKind.case === 'identExpr') return exprKind.value.name;
  if (exprKind.case !== 'selectExpr' || exprKind.value.operand === undefined) return undefined;
  const operand = pathOf(exprKind.value.operand);
  return operand === undefined ? undefined : `${operand}.${exprKind.value.field}`;
}

/** The parts of an expression. */
export function partsOf({ exprKind: { case: kind, value } }: Expr): readonly Expr[] {
  switch (kind) {
    case 'selectExpr':
      return given([value.operand]);
    case 'callExpr':
      return given([value.target, ...value.args]);
    case 'listExpr':
      return value.elements;
    case 'structExpr':
      return value.entries.flatMap((entry) => given([keyOf(entry), entry.value]));
    case 'comprehensionExpr':
      return given([value.iterRange, value.accuInit, value.loopCondition, value.loopStep, value.result]);
    default:
      return [];
  }
}

/** The key of an entry of a map. */
export function keyOf({ keyKind }: ExprOf<'structExpr'>['entries'][number]): Expr | undefined {
  return keyKind.case === 'mapKey' ? keyKind.value : undefined;
}

function given(parts: readonly (Expr | undefined)[]): readonly Expr[] {
  return parts.filter((part) => part !== undefined);
}
