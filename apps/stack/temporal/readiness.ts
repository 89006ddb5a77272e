import { Connection } from '@temporalio/client';
import { searchAttributeDefinitions } from '../../../temporal-config/search-attributes.js';

/** Whether the server answers, knows the namespace and has all search attributes. */
export async function isNamespaceReady(address: string, namespace: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: '2s' });
  try {
    await connection.workflowService.describeNamespace({ namespace });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return searchAttributeDefinitions.every(({ name }) => name in customAttributes);
  } finally {
    await connection.close();
  }
}
