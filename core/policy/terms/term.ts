import type { Read } from '../cel/explain.js';
import type { EvidenceTally } from '../evidence.js';
import type { PolicyFacts } from '../facts.js';
import type { Gate } from '../model.js';
import type { Ref } from '../ref.js';
import type { RawVerdict, WaitsFor } from '../verdict.js';

/** What a term says. */
export interface TermResult {
  readonly verdict: RawVerdict;
  readonly explanation: string;
  /** What has to be done before anything that the gate says to do can help. */
  readonly first?: string;
  /** What would satisfy it, for a gate whose author has not said what to do. */
  readonly next?: string;
  /** Of an open one, for whom or what it waits. */
  readonly waitsFor?: WaitsFor;
  /** RFC 3339: when its verdict can change merely because time passes. */
  readonly recheckAt?: string;
  /** What the verdict rests on. */
  readonly reliedOn: readonly Ref[];
  /** What its rule has read, if that was asked for. */
  readonly reads?: readonly Read[];
}

/** What a term is judged by. */
export interface TermScene {
  readonly facts: PolicyFacts;
  readonly now: Date;
  /** The evidence that the gate accepts, and what it lacks; undefined when it asks for none. */
  readonly evidence: EvidenceTally | undefined;
  /** Whether to tell what rules have read. */
  readonly explain?: boolean;
}

/** Judges one part of a gate. @returns undefined when the gate has no such part, or nothing can be said about it yet */
export type JudgeTerm = (gate: Gate, scene: TermScene) => TermResult | undefined;

/** The attestations that list the commits which a bundle brings. */
export function commitLists({ bundle }: TermScene['facts']): readonly Ref[] {
  return bundle.commits.lists.map((id) => ({ kind: 'evidence', id }));
}
