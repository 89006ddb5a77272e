import type { Digest } from '../../core/digest.js';
import { digestOfJson } from '../../core/hash.js';
import { keyOfArtifact, type TransformationSpec } from '../../core/transformation/model.js';
import type { Transaction } from '../database.js';

/**
 * Registers a transformation and its artifacts as elements: a version a revision, each artifact contained in it. The
 * relation to an artifact that it no longer has ends, and begins again if the artifact comes back.
 */
export async function registerTransformation(
  tx: Transaction,
  about: {
    readonly name: string;
    readonly revision: number;
    readonly spec: TransformationSpec;
    readonly digest: Digest;
  },
): Promise<void> {
  const { name, revision, spec, digest } = about;
  const own = `transformation/${name}`;
  const elements = [
    { id: own, type: 'transformation', digest },
    ...spec.artifacts.map((artifact) => ({
      ...{ id: `${own}/${keyOfArtifact(artifact)}`, digest: digestOfJson(artifact) },
      type: `methodology.${artifact.kind.toLowerCase().replaceAll('_', '-')}`,
    })),
  ];
  const ids = elements.map(({ id }) => id);
  await tx.query(
    `insert into elements (tenant_id, id, organization_id, kind, type_key)
     select $1, e.id, $2, 'methodology', e.type_key from unnest($3::text[], $4::text[]) as e (id, type_key)
     on conflict (tenant_id, id) do nothing`,
    [tx.tenant, spec.organization, ids, elements.map(({ type }) => type)],
  );
  await tx.query(
    `insert into element_versions (tenant_id, element_id, version, content_digest)
     select $1, e.id, $2, e.digest from unnest($3::text[], $4::text[]) as e (id, digest)
      where e.digest is distinct from (
        select v.content_digest from element_versions v where v.tenant_id = $1 and v.element_id = e.id
         order by v.version desc limit 1)
     on conflict (tenant_id, element_id, version) do nothing`,
    [tx.tenant, revision, ids, elements.map((element) => element.digest)],
  );
  await tx.query(
    `insert into element_relationships (tenant_id, id, kind, type_key, source_element_id, target_element_id)
     select $1, $2 || ' CONTAINS ' || e.id, 'CONTAINMENT', 'CONTAINS', $2, e.id from unnest($3::text[]) as e (id)
     on conflict (tenant_id, type_key, source_element_id, target_element_id) do nothing`,
    [tx.tenant, own, ids.slice(1)],
  );
  await tx.query(
    `update element_relationships set ended_at = case when target_element_id = any ($3) then null else clock_timestamp() end
      where tenant_id = $1 and source_element_id = $2 and type_key = 'CONTAINS'
        and (ended_at is null) <> (target_element_id = any ($3))`,
    [tx.tenant, own, ids.slice(1)],
  );
}
