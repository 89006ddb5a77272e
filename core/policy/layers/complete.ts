import { type Lane, lanes } from '../../lanes.js';
import { gateTypes, termMembers } from '../gate-types.js';
import type { Gate, GateType } from '../model.js';
import { titlesOf } from '../role-words.js';
import type { Severity } from '../verdict.js';
import type { GateProblem, MergedGate } from './gate-file.js';
import { isList, isObject, type Json, type JsonObject, type LayeredGate, mergePatch } from './merge.js';
import { type Demands, demandsOf, rolesIn } from './read-demands.js';

/** What a role of the method is called, and which enrolled role stands for it. */
type RoleMap = Readonly<Record<string, { readonly title: string; readonly role: string }>>;

/** A gate that is complete, or what it lacks. */
export type Completed = { readonly gate: Gate } | { readonly problems: readonly GateProblem[] };

/** Fills in what the type of a gate and Lanekeeper itself bring, and checks that nothing is missing. */
export function completeGate({ id, value }: LayeredGate, lane: Lane, roleMap: RoleMap): Completed {
  const type = typeOf(value);
  if (type === undefined) return { problems: [{ path: [], text: `gate ${id} has no type; expected one` }] };
  const file = { ...withTypeDefaults(type, value), id } as unknown as MergedGate;
  const { demands, problems } = demandsOf(file, (role) => roleMap[role]?.role ?? role);
  const all = [...problemsOfType(type, file), ...problems];
  if (all.length > 0) return { problems: all };
  return {
    gate: {
      ...{ id, type, lanes: file.lanes ?? lanes, kinds: file.kinds ?? ['PROMOTION'] },
      severity: severityIn(file, lane),
      ...(file.enforceFrom !== undefined && { enforceFrom: new Date(file.enforceFrom).toISOString() }),
      ...demands,
      ...titlesFor(demands, roleMap),
      ...(file.rule !== undefined && { rule: file.rule }),
      message: file.message ?? gateTypes[type].message,
    },
  };
}

/** What the method calls the roles that a gate names. */
function titlesFor(demands: Demands, roleMap: RoleMap): Pick<Gate, 'titles'> {
  const named = rolesIn(demands);
  const titles = Object.entries(titlesOf(roleMap)).filter(([role]) => named.has(role));
  return titles.length === 0 ? {} : { titles: Object.fromEntries(titles) };
}

function typeOf({ type }: JsonObject): GateType | undefined {
  // The schema of each layer allows no other.
  return typeof type === 'string' ? (type as GateType) : undefined;
}

function severityIn({ severity = 'BLOCKING' }: MergedGate, lane: Lane): Severity {
  return typeof severity === 'string' ? severity : (severity[lane] ?? 'BLOCKING');
}

/** What a type brings stands below what files say. */
function withTypeDefaults(type: GateType, value: JsonObject): JsonObject {
  const { brings = {}, fills = {}, judges } = gateTypes[type];
  const hasTerms = termMembers.some((member) => value[member] !== undefined);
  const result: Record<string, Json> = { ...(hasTerms ? {} : brings), ...value };
  for (const [member, filling] of Object.entries(fills)) {
    const own = result[member];
    if (isObject(own) && isObject(filling))
      result[member] = member === 'evidence' ? filledEvidence(filling, own) : mergePatch(filling, own);
  }
  const rule = result['rule'] === undefined && judges !== undefined ? ruleOver(result['evidence'], judges) : undefined;
  return rule === undefined ? result : { ...result, rule };
}

/** The rule of a type over the evidence of its kind; undefined where the gate asks for none of that kind. */
function ruleOver(
  evidence: Json | undefined,
  { kind, each }: NonNullable<(typeof gateTypes)[GateType]['judges']>,
): string | undefined {
  if (!isObject(evidence)) return undefined;
  if (evidence['kind'] === kind) return `evidence.all(e, ${each})`;
  const asksFor = (one: Json): boolean =>
    isObject(one) &&
    (one['kind'] === kind ||
      [one['allOf'], one['anyOf']].some((group) => isList(group) && group.some((member) => asksFor(member))));
  return asksFor(evidence) ? `evidence.all(e, e.kind != "${kind}" || (${each}))` : undefined;
}

/** Of evidence in groups each kind is filled. */
function filledEvidence(filling: JsonObject, own: JsonObject): JsonObject {
  const groups = (['allOf', 'anyOf'] as const).filter((name) => Array.isArray(own[name]));
  if (groups.length === 0) {
    // Whoever names signers trusts those alone.
    const { signers: _signers, ...rest } = filling;
    return mergePatch(own['signers'] === undefined ? filling : rest, own);
  }
  const filled: Record<string, Json> = { ...own };
  for (const name of groups) {
    const members: readonly Json[] = Array.isArray(own[name]) ? own[name] : [];
    filled[name] = members.map((one) => (isObject(one) ? filledEvidence(filling, one) : one));
  }
  return filled;
}

function problemsOfType(type: GateType, gate: MergedGate): readonly GateProblem[] {
  const { needs, requires = [], words } = gateTypes[type];
  const lacks = needs.every((member) => gate[member] === undefined);
  const problems: GateProblem[] = lacks
    ? [
        {
          path: [],
          text: `gate ${gate.id} of type ${type} asks for ${words}, and has none of: ${needs.join(', ')}; without one it would always pass`,
        },
      ]
    : [];
  for (const field of requires) {
    const [member = '', name = ''] = field.split('.');
    const term = (gate as unknown as JsonObject)[member];
    if (isObject(term) && term[name] === undefined)
      problems.push({ path: [member], text: `gate ${gate.id} of type ${type} has no ${field}; expected one` });
  }
  return problems;
}
