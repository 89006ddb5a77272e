import type { ContentStore, TenantStores } from '../../../adapters/content-store/content-store.js';
import { mediaType } from '../../../adapters/oci/convention.js';
import type { TaskQueueRole } from '../../../temporal-config/task-queues.js';
import type { Hold } from './hold.js';

/**
 * The blobs of a queue, which stop once something is stored to which nothing refers yet: at `build.stored` with an image,
 * and at `sign.stored` with a signed statement.
 */
export function heldBlobs(blobs: TenantStores, queue: TaskQueueRole, hold: Hold): TenantStores {
  if (queue === 'build')
    return storesThatHold(blobs, (text) => text.includes(mediaType.manifest), 'build.stored', hold);
  if (queue === 'sign') return storesThatHold(blobs, (text) => text.includes('"dsseEnvelope"'), 'sign.stored', hold);
  return blobs;
}

function storesThatHold(
  blobs: TenantStores,
  concerns: (text: string) => boolean,
  point: string,
  hold: Hold,
): TenantStores {
  return {
    of: (tenant): ContentStore => {
      const store = blobs.of(tenant);
      return {
        ...store,
        async put(bytes) {
          const digest = await store.put(bytes);
          if (concerns(Buffer.from(bytes).toString('utf8'))) await hold(point);
          return digest;
        },
      };
    },
  };
}
