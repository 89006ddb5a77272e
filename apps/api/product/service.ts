import { create } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import { whenPrepared } from '../../../activities/policy/preparation.js';
import {
  type AllowedRepository,
  AllowedRepositorySchema,
  type Product,
  ProductSchema,
} from '#gen/release/v1/product_pb.js';
import type { ProductService } from '#gen/release/v1/product_service_pb.js';
import { parseRepositoryPattern } from '../../../core/release/repositories.js';
import { requireProduct, type StoredProduct } from '../../../store/product/read.js';
import {
  allowedRepositories,
  type AllowedRepository as StoredRepository,
  allowRepository,
  disallowRepository,
} from '../../../store/product/repositories.js';
import { rebindProduct, registerProduct } from '../../../store/product/write.js';
import { listProducts } from '../../../store/product/list.js';
import { requireCaller } from '../identity/caller.js';
import { profileWords } from '../policy/profile-words.js';
import { instant } from '../convert.js';
import type { ApiDeps } from '../deps.js';

/** Products. */
export function createProductService(deps: ApiDeps): ServiceImpl<typeof ProductService> {
  const { database } = deps;
  return {
    async registerProduct(request, context) {
      const { tenant, principal } = requireCaller(context);
      const product = await database.transaction(tenant, async (tx) => {
        await registerProduct(tx, { name: request.name, repository: request.repository, by: principal.name });
        return requireProduct(tx, request.name);
      });
      return { product: toProduct(product) };
    },
    async rebindProduct({ name, repository, reason }, context) {
      const { tenant, principal } = requireCaller(context);
      const product = await database.transaction(tenant, async (tx) => {
        await rebindProduct(tx, { name, repository, reason, by: principal.name });
        return requireProduct(tx, name);
      });
      return { product: toProduct(product) };
    },
    async listRepositories(_request, context) {
      const { tenant } = requireCaller(context);
      return { repositories: (await database.transaction(tenant, allowedRepositories)).map(toRepository) };
    },
    async allowRepository(request, context) {
      const { tenant, principal } = requireCaller(context);
      const pattern = parseRepositoryPattern(request.pattern, 'pattern');
      const repositories = await database.transaction(tenant, async (tx) => {
        await allowRepository(tx, pattern, principal.name);
        return allowedRepositories(tx);
      });
      return { repositories: repositories.map(toRepository) };
    },
    async disallowRepository({ pattern }, context) {
      const { tenant, principal } = requireCaller(context);
      const repositories = await database.transaction(tenant, async (tx) => {
        await disallowRepository(tx, pattern, principal.name);
        return allowedRepositories(tx);
      });
      return { repositories: repositories.map(toRepository) };
    },
    async getProduct(request, context) {
      const { tenant } = requireCaller(context);
      return whenPrepared(deps, tenant, (known) =>
        database.transaction(tenant, async (tx) => {
          const product = toProduct(await requireProduct(tx, request.name));
          const profile = await profileWords(tx, known, product.name);
          return { product, ...(profile !== undefined && { profile }) };
        }),
      );
    },
    async listProducts(_request, context) {
      const { tenant } = requireCaller(context);
      return { products: (await database.transaction(tenant, listProducts)).map(toProduct) };
    },
  };
}

function toProduct(product: StoredProduct): Product {
  return create(ProductSchema, {
    name: product.name,
    repository: product.repository,
    ...instant('createdAt', product.createdAt),
  });
}

function toRepository({ pattern, allowedBy, allowedAt }: StoredRepository): AllowedRepository {
  return create(AllowedRepositorySchema, { pattern, allowedBy, ...instant('allowedAt', allowedAt) });
}
