import { Connection } from '@temporalio/client';
import { registerMissing } from './register-search-attributes.js';

/**
 * Gives a namespace of the dev server the search attributes that it lacks, because it is older than they are: a new one
 * has them from the start.
 *
 * @returns whether it had all of them. @throws while the server does not answer, or does not know the namespace
 */
export async function completeNamespace(address: string, namespace: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: '2s' });
  try {
    await connection.workflowService.describeNamespace({ namespace });
    return (await registerMissing(connection, namespace)).length === 0;
  } finally {
    await connection.close();
  }
}
