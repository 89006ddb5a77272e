import type { GateResult, Waiver } from './facts.js';
import { isOpen } from './verdict.js';

/**
 * The one stage after the gates: an open gate that is waived is WAIVED, and keeps the verdict that it has by itself. A gate
 * that could not be judged is not waived: ERROR never passes.
 */
export function afterWaivers(result: GateResult, waivers: readonly Waiver[], now: Date): GateResult {
  const { gate, verdict, explanation, recheckAt, next: _next, waitsFor: _waitsFor, ...kept } = result;
  if (!isOpen(verdict) || verdict === 'ERROR') return result;
  const waiver = waivers.find((one) => one.gate === gate && Date.parse(one.until) > now.getTime());
  if (waiver === undefined) return result;
  const [first] = [waiver.until, ...(recheckAt === undefined ? [] : [recheckAt])].sort(byInstant);
  return {
    ...kept,
    gate,
    verdict: 'WAIVED',
    rawVerdict: verdict,
    explanation: `${waiver.explanation}; without that: ${explanation}`,
    ...(first !== undefined && { recheckAt: first }),
  };
}

function byInstant(a: string, b: string): number {
  return Date.parse(a) - Date.parse(b);
}
