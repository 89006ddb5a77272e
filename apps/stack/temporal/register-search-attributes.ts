import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { searchAttributeDefinitions } from '../../../temporal-config/search-attributes.js';

// `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API.
const keyword = 2;

/**
 * Registers the search attributes that an external Temporal lacks; the connection follows the standard `TEMPORAL_*`
 * variables.
 * @returns the names that were added
 */
export async function registerSearchAttributes(namespace: string): Promise<readonly string[]> {
  const connection = await Connection.connect(loadClientConnectConfig().connectionOptions);
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = searchAttributeDefinitions.filter(({ name }) => !(name in customAttributes));
    if (missing.length > 0) {
      const searchAttributes = Object.fromEntries(missing.map(({ name }) => [name, keyword]));
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
    }
    return missing.map(({ name }) => name);
  } finally {
    await connection.close();
  }
}
