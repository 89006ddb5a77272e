import { Connection } from '@temporalio/client';
import { registerMissing } from './register-search-attributes.js';

/**
 * Whether the server answers, knows the namespace and has all search attributes. The dev server gives them to a new
 * namespace; one that is older than some of them gets those here.
 */
export async function isNamespaceReady(address: string, namespace: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: '2s' });
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return (await registerMissing(connection, namespace)).length === 0;
  } finally {
    await connection.close();
  }
}
