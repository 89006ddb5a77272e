import { GetPolicySnapshotResponseSchema, PolicyInForceSchema } from '#gen/governance/v1/gate_service_pb.js';
import { type GovernancePolicy, type ValueSource } from '#gen/governance/v1/policy_pb.js';
import { wordsOfDefinition } from '../../../core/promotion/step-words.js';
import type { Words } from '../../../core/policy/words-of-profile.js';
import { toPlain } from '../output/plain.js';
import { heading, wordsFor } from '../output/profile-words.js';
import { renderFields, renderTable } from '../output/table.js';
import { kindInWords, laneName, laneOf } from '../output/words.js';
import type { Context } from '../program/context.js';

/** How much of a value a line shows. */
const maxValueLength = 80;

/** Shows the gates that a promotion is measured against, and where each of their values comes from. */
export async function showPolicy(context: Context, promotion: string): Promise<undefined> {
  const api = await context.api();
  const { promotion: found } = await api.promotions.getPromotion({ promotionId: promotion });
  const response = await api.gates.getPolicySnapshot({ digest: found?.policyDigest ?? '' });
  const words = await wordsFor(context, found?.product);
  await context.show.object('PolicySnapshot', toPlain(GetPolicySnapshotResponseSchema, response), () => {
    const { policy, sources } = response;
    return describe(policy, sources, context, words);
  });
  return undefined;
}

/** Shows the gates that promotions of a product requested now would be measured against. */
export async function showPoliciesInForce(context: Context, product: string, lane?: string): Promise<undefined> {
  const only = lane === undefined ? undefined : laneOf(lane).lane;
  const { policies } = await (await context.api()).gates.listPolicies({ product });
  const shown = policies.filter(({ policy }) => only === undefined || policy?.lane === only);
  const words = await wordsFor(context, product);
  await context.show.list(
    'PolicyInForce',
    shown.map((one) => toPlain(PolicyInForceSchema, one)),
    () => shown.map(({ policy, sources }) => describe(policy, sources, context, words)).join('\n\n\n'),
  );
  return undefined;
}

function describe(
  policy: GovernancePolicy | undefined,
  sources: readonly ValueSource[],
  context: Context,
  words: Words,
): string {
  const head = renderFields([
    ['policy', policy?.name ?? ''],
    ['digest', policy?.digest ?? ''],
    ['product', policy?.product ?? ''],
    ['lane', policy === undefined ? '' : laneName(policy.lane)],
    ['for', kindInWords(policy?.kind, words)],
    ['steps', wordsOfDefinition('', policy?.steps ?? [])],
  ]);
  if (policy?.checks.length === 0) return `${head}\n\nno ${words.one('gate')} applies`;
  return `${head}\n\n${sources.length === 0 ? 'nobody noted where its values come from' : valueTable(sources, context, words)}`;
}

function valueTable(sources: readonly ValueSource[], context: Context, words: Words): string {
  const { colours } = context.terminal;
  return renderTable(
    [heading(words, 'gate'), 'VALUE', '', 'FROM'].map((title) => colours.dim(title)),
    sources.map(({ gateId, field, value, file, line }, index) => [
      sources[index - 1]?.gateId === gateId ? '' : colours.bold(gateId),
      field,
      value.length > maxValueLength ? `${value.slice(0, maxValueLength - 1)}…` : value,
      file === '' ? colours.dim('default') : `${file}:${line}`,
    ]),
  );
}
