import { GetPolicySnapshotResponseSchema } from '#gen/governance/v1/gate_service_pb.js';
import type { ValueSource } from '#gen/governance/v1/policy_pb.js';
import { toPlain } from '../output/plain.js';
import { renderFields, renderTable } from '../output/table.js';
import { laneName } from '../output/words.js';
import type { Context } from '../program/context.js';

/** How much of a value a line shows. */
const maxValueLength = 80;

/** Shows the gates that a promotion is measured against, and where each of their values comes from. */
export async function showPolicy(context: Context, promotion: string): Promise<undefined> {
  const api = await context.api();
  const { promotion: found } = await api.promotions.getPromotion({ promotionId: promotion });
  const response = await api.gates.getPolicySnapshot({ digest: found?.policyDigest ?? '' });
  await context.show.object('PolicySnapshot', toPlain(GetPolicySnapshotResponseSchema, response), () => {
    const { policy, sources } = response;
    const head = renderFields([
      ['policy', policy?.name ?? ''],
      ['digest', policy?.digest ?? ''],
      ['product', policy?.product ?? ''],
      ['lane', policy === undefined ? '' : laneName(policy.lane)],
    ]);
    return `${head}\n\n${sources.length === 0 ? 'nobody noted where its values come from' : valueTable(sources, context)}`;
  });
  return undefined;
}

function valueTable(sources: readonly ValueSource[], context: Context): string {
  const { colours } = context.terminal;
  return renderTable(
    ['GATE', 'VALUE', '', 'FROM'].map((title) => colours.dim(title)),
    sources.map(({ gateId, field, value, file, line }, index) => [
      sources[index - 1]?.gateId === gateId ? '' : colours.bold(gateId),
      field,
      value.length > maxValueLength ? `${value.slice(0, maxValueLength - 1)}…` : value,
      file === '' ? colours.dim('default') : `${file}:${line}`,
    ]),
  );
}
