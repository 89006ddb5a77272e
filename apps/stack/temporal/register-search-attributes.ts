import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { unreachable } from '../unreachable.js';
import { searchAttributeDefinitions } from '../../../temporal-config/search-attributes.js';

// The values of `IndexedValueType` in Temporal's API.
const indexedValueTypes = { Keyword: 2, KeywordList: 7 } as const;

/**
 * Registers the search attributes that an external Temporal lacks; the connection follows the standard `TEMPORAL_*`
 * variables.
 * @returns the names that were added
 * @throws UNAVAILABLE when it does not answer, or refuses
 */
export async function registerSearchAttributes(namespace: string): Promise<readonly string[]> {
  const { connectionOptions } = loadClientConnectConfig();
  const address = connectionOptions.address ?? 'the address of TEMPORAL_ADDRESS';
  const failed = (cause: unknown) => unreachable('Temporal', { address, variables: 'TEMPORAL_ADDRESS', cause });
  const connection = await Connection.connect(connectionOptions).catch((cause: unknown) => {
    throw failed(cause);
  });
  try {
    return await registerMissing(connection, namespace).catch((cause: unknown) => {
      throw failed(cause);
    });
  } finally {
    await connection.close();
  }
}

/** Registers the search attributes that a namespace lacks. @returns their names */
export async function registerMissing(connection: Connection, namespace: string): Promise<readonly string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = searchAttributeDefinitions.filter(({ name }) => !(name in customAttributes));
  if (missing.length > 0) {
    const searchAttributes = Object.fromEntries(missing.map(({ name, type }) => [name, indexedValueTypes[type]]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  }
  return missing.map(({ name }) => name);
}
