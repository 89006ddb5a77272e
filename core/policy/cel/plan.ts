import { celEnv, parse, plan } from '@bufbuild/cel';
import { loopFunction, meteredFunctions } from './meter.js';
import { type Expr, partsOf } from './syntax.js';
import type { Bindings } from './values.js';

/** A rule that is ready to be evaluated. */
export type Plan = (bindings: Bindings) => unknown;

const environment = celEnv({ funcs: meteredFunctions(celEnv().funcs) });

/** How many rules are kept planned. */
const maxPlanned = 1_000;

const planned = new Map<string, Plan>();

/** A rule is parsed and planned once, not in each round. @throws Error when it cannot be parsed */
export function planOf(rule: string): Plan {
  let known = planned.get(rule);
  if (known === undefined) {
    const parsed = parse(rule);
    countLoops(parsed.expr);
    known = plan(environment, parsed);
    if (planned.size >= maxPlanned) planned.clear();
    planned.set(rule, known);
  }
  return known;
}

/** Makes each loop say first how long it will take. What it yields stays the same. */
export function countLoops(expr: Expr): void {
  for (const part of partsOf(expr)) countLoops(part);
  if (expr.exprKind.case !== 'comprehensionExpr') return;
  const loop = expr.exprKind.value;
  if (loop.iterRange === undefined) return;
  const each = sizeOf(loop.loopCondition) + sizeOf(loop.loopStep);
  loop.iterRange = call(loopFunction, [loop.iterRange, int(each)]);
}

/** How many expressions there are, without those that another loop counts. */
function sizeOf(expr: Expr | undefined): number {
  if (expr === undefined) return 0;
  if (expr.exprKind.case === 'comprehensionExpr') return 1 + sizeOf(expr.exprKind.value.iterRange);
  return partsOf(expr).reduce((sum, part) => sum + sizeOf(part), 1);
}

/** A call of one of our functions. */
export function call(name: string, args: Expr[]): Expr {
  const value = { $typeName: 'cel.expr.Expr.Call', function: name, args } as const;
  return { $typeName: 'cel.expr.Expr', id: 0n, exprKind: { case: 'callExpr', value } };
}

/** A number in a call of one of our functions. */
export function int(value: number): Expr {
  const constantKind = { case: 'int64Value', value: BigInt(value) } as const;
  const constant = { $typeName: 'cel.expr.Constant', constantKind } as const;
  return { $typeName: 'cel.expr.Expr', id: 0n, exprKind: { case: 'constExpr', value: constant } };
}
