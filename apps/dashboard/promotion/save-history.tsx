import { createClient } from '@connectrpc/connect';
import { useMutation } from '@tanstack/react-query';
import { BundleService } from '#gen/release/v1/bundle_service_pb.js';
import type { RunHistory } from '#gen/workflows_runtime/v1/run_service_pb.js';
import { digestOf } from '../../../core/hash.js';
import { shortId } from '../../../core/ids.js';
import { transport } from '../connection/transport.js';
import { announce } from '../parts/announcer.js';
import { Button } from '../parts/button.js';
import { ProblemNote } from '../parts/notes.js';

/** Saves the kept history of a run as the JSON that Temporal shows and its SDKs replay, compared with its digest. */
export function SaveHistory({ history: { runId, digest } }: { readonly history: RunHistory }) {
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      for await (const { chunk } of createClient(BundleService, transport).getBlob({ digest }))
        chunks.push(new Uint8Array(chunk));
      const blob = new Blob(chunks, { type: 'application/json' });
      if (digestOf(new Uint8Array(await blob.arrayBuffer())) !== digest)
        throw new Error('what the server sent does not hash to the digest of the history: nothing was saved');
      save(blob, `history-${shortId(runId)}.json`);
    },
    onSuccess: () => announce('the history is saved'),
  });
  return (
    <>
      <Button isBusy={isPending} onClick={() => mutate()}>
        Save as JSON
      </Button>
      {error !== null && <ProblemNote error={error} />}
    </>
  );
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
