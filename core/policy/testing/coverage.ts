import { lookUp, type RuleBook } from '../../governance/rule-book.js';
import { asLanekeeperError } from '../../errors.js';
import { type Lane, lanes } from '../../lanes.js';
import { promotionKinds } from '../../promotion/state.js';
import type { GateResult } from '../facts.js';
import type { RuleLayers } from '../layers/document.js';
import type { Gate } from '../model.js';
import { holdingOverrides } from '../conditions.js';
import { layersOf, type ResolutionContext, type ResolvedPolicy, resolveSnapshot } from '../resolve.js';
import { isOpen, type Verdict } from '../verdict.js';
import { wordsOfDemands } from '../words.js';
import type { PolicyTest } from './parse-cases.js';
import { possibleVerdicts } from './possible-verdicts.js';
import type { Coverage, GateCoverage, OverrideCoverage } from './report.js';

type Subject = Pick<PolicyTest, 'policy' | 'profile'>;

interface SeenGate extends Pick<GateCoverage, 'lane' | 'kind' | 'gate' | 'file'> {
  gates: Gate[];
  cases: number;
  readonly verdicts: Set<Verdict>;
  readonly passing: Set<string>;
  readonly notPassing: Set<string>;
}

/**
 * Counts what cases have seen of the documents that their tests are about: a policy, a profile or both; of everything if a
 * test names none. A gate is a document's if that sets any of its values.
 */
export class CoverageBook {
  readonly #book: RuleBook;
  readonly #gates = new Map<string, SeenGate>();
  readonly #overrides = new Map<string, { override: string; file: string; held: boolean; notHeld: boolean }>();
  readonly #looked = new Set<string>();

  constructor(book: RuleBook) {
    this.#book = book;
  }

  /** Counts one case. */
  add(
    test: Subject,
    {
      rules,
      context,
      resolved,
    }: { readonly rules: RuleLayers; readonly context: ResolutionContext; readonly resolved: ResolvedPolicy },
    results: readonly GateResult[],
  ): void {
    const files = this.#filesOf(test);
    this.#lookAround(test, context, files);
    this.#note(resolved, context, files);
    const { held } = holdingOverrides(layersOf(rules), context);
    for (const override of layersOf(rules).flatMap(({ overrides }) => overrides)) {
      const seen = this.#override(override.id, override.origin.file, files);
      if (seen === undefined) continue;
      if (held.has(override)) seen.held = true;
      else seen.notHeld = true;
    }
    for (const result of results) {
      const seen = this.#gates.get(keyOf(result.gate, context, fileOf(result.gate, resolved)));
      if (seen === undefined) continue;
      seen.cases += 1;
      seen.verdicts.add(result.verdict);
      if (result.rawVerdict !== undefined) seen.verdicts.add(result.rawVerdict);
      for (const { term, verdict } of result.clauses) {
        if (verdict === 'PASS') seen.passing.add(term);
        else if (isOpen(verdict)) seen.notPassing.add(term);
      }
    }
  }

  /** What was seen so far. */
  coverage(): Coverage {
    const gates = [...this.#gates.values()].map(coverageOf).sort(inOrder);
    const overrides: readonly OverrideCoverage[] = [...this.#overrides.values()];
    const points = [
      ...gates.flatMap(({ terms }) => terms.flatMap(({ passing, notPassing }) => [passing, notPassing])),
      ...overrides.flatMap(({ held, notHeld }) => [held, notHeld]),
    ];
    const seen = points.filter(Boolean).length;
    return { gates, overrides, percent: points.length === 0 ? 100 : Math.floor((100 * seen) / points.length) };
  }

  /** The files of the documents that a test is about; undefined for all. */
  #filesOf({ policy, profile }: Subject): ReadonlySet<string> | undefined {
    const named = [
      policy === undefined ? undefined : this.#book.policies.get(policy),
      profile === undefined ? undefined : this.#book.profiles.get(profile),
    ].flatMap((one) => (one === undefined ? [] : [one.document.fileName]));
    return named.length === 0 ? undefined : new Set(named);
  }

  /** Notes the gates of all lanes and kinds, so that those at which no case looks are known. */
  #lookAround(test: Subject, { product }: ResolutionContext, files: ReadonlySet<string> | undefined): void {
    const { policy, profile: transformationProfile = '' } = test;
    const key = JSON.stringify([policy, transformationProfile, product]);
    if (this.#looked.has(key)) return;
    this.#looked.add(key);
    for (const lane of lanes)
      for (const kind of promotionKinds) {
        const context = { product, lane, kind };
        const rules = this.#rulesFor(test, product, lane);
        if (rules !== undefined) this.#note(resolveSnapshot(rules, context), context, files);
      }
  }

  /** Undefined where the product does not use the lane. */
  #rulesFor({ policy, profile: transformationProfile = '' }: Subject, product: string, lane: Lane) {
    try {
      const about = { product, lane, transformationProfile, ...(policy !== undefined && { policy }) };
      return lookUp(this.#book, about).rules;
    } catch (error) {
      if (asLanekeeperError(error)?.code === 'UNKNOWN_LANE') return undefined;
      throw error;
    }
  }

  #note(resolved: ResolvedPolicy, context: ResolutionContext, files: ReadonlySet<string> | undefined): void {
    for (const gate of resolved.snapshot.gates) {
      const isMeant =
        files === undefined ||
        resolved.sources.some(({ gate: id, file }) => id === gate.id && file !== undefined && files.has(file));
      if (!isMeant) continue;
      const file = fileOf(gate.id, resolved);
      const key = keyOf(gate.id, context, file);
      const seen = this.#gates.get(key);
      if (seen === undefined)
        this.#gates.set(key, {
          ...{ lane: context.lane, kind: context.kind, gate: gate.id, file, gates: [gate], cases: 0 },
          ...{ verdicts: new Set(), passing: new Set(), notPassing: new Set() },
        });
      else seen.gates.push(gate);
    }
  }

  #override(override: string, file: string, files: ReadonlySet<string> | undefined) {
    if (files !== undefined && !files.has(file)) return undefined;
    const key = `${file} ${override}`;
    let seen = this.#overrides.get(key);
    if (seen === undefined) this.#overrides.set(key, (seen = { override, file, held: false, notHeld: false }));
    return seen;
  }
}

function fileOf(gate: string, { sources }: ResolvedPolicy): string {
  return sources.find((source) => source.gate === gate && source.field === 'type')?.file ?? '';
}

function keyOf(gate: string, { lane, kind }: Pick<ResolutionContext, 'lane' | 'kind'>, file: string): string {
  return [lane, kind, file, gate].join(' ');
}

function coverageOf({ gates, verdicts, passing, notPassing, ...seen }: SeenGate): GateCoverage {
  const terms = [...new Set(gates.flatMap(wordsOfDemands).map(({ term }) => term))];
  return {
    ...seen,
    verdicts: [...new Set([...gates.flatMap(possibleVerdicts), ...verdicts])].map((verdict) => {
      return { verdict, seen: verdicts.has(verdict) };
    }),
    terms: terms.map((term) => ({ term, passing: passing.has(term), notPassing: notPassing.has(term) })),
  };
}

function inOrder(a: GateCoverage, b: GateCoverage): number {
  return (
    promotionKinds.indexOf(a.kind) - promotionKinds.indexOf(b.kind) || lanes.indexOf(a.lane) - lanes.indexOf(b.lane)
  );
}
