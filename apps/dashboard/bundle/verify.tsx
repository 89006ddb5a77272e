import { createClient } from '@connectrpc/connect';
import { useMutation } from '@tanstack/react-query';
import type { ReleaseBundle } from '#gen/release/v1/bundle_pb.js';
import { BundleService } from '#gen/release/v1/bundle_service_pb.js';
import { webVerifier } from '../../../adapters/webcrypto/signatures.js';
import { verifyAttached } from '../../../core/bundle-folder/attached.js';
import { type Finding, VerificationReport } from '../../../core/bundle-folder/report.js';
import { readKeys } from '../../../core/bundle-folder/trust.js';
import { digestOf, portableHashing } from '../../../core/hash.js';
import { transport } from '../connection/transport.js';
import { announce } from '../parts/announcer.js';
import { Button } from '../parts/button.js';
import { Command } from '../parts/copy.js';
import { Mark } from '../parts/mark.js';
import { Note, ProblemNote } from '../parts/notes.js';
import css from './bundle.module.css';
import { rpcFolder } from './rpc-folder.js';

/** Verifies the signatures again, in this browser, and shows what was checked. */
export function Verify({ bundle }: { readonly bundle: ReleaseBundle }) {
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () => verify(bundle),
    onSuccess: (findings) =>
      announce(`${String(findings.filter(({ ok }) => ok).length)} of ${String(findings.length)} checks passed`),
  });
  const failed = data?.filter(({ ok }) => !ok) ?? [];
  return (
    <div className={css['pad']}>
      <div className={css['row']}>
        <Button isBusy={isPending} onClick={() => mutate()}>
          {isPending ? 'Verifying …' : 'Verify in this browser'}
        </Button>
        <Command command={`lane bundle verify ${bundle.digest.slice(7, 19)}`} label="With its files" />
      </div>
      {error !== null && <ProblemNote error={error} />}
      {data !== undefined && (
        <>
          <Note tone={failed.length === 0 ? 'good' : 'wait'}>
            {data.length - failed.length} of {data.length} checks passed in this browser: the manifest hashes to the
            digest, and each statement is signed by the key of its signer, was valid when it was registered, and is
            about this bundle or something in it. The keys are those that this server names.
          </Note>
          <ul className={css['findings']} tabIndex={0} aria-label="What was checked">
            {[...failed, ...data.filter(({ ok }) => ok)].map(({ check, object, ok, why }) => (
              <li key={`${check} ${object}`}>
                <Mark tone={ok ? 'good' : 'bad'} shape={ok ? 'check' : 'cross'} quiet>
                  {ok ? 'ok' : 'failed'}
                </Mark>
                <span>
                  {check}: {object}
                  {why !== '' && <span className={css['why']}> – {why}</span>}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

async function verify(bundle: ReleaseBundle): Promise<readonly Finding[]> {
  const report = new VerificationReport();
  const folder = rpcFolder(bundle.digest);
  await report.check('bundle digest', bundle.digest, async () => {
    const { manifest } = await createClient(BundleService, transport).getManifest({ bundle: bundle.digest });
    if (digestOf(manifest) !== bundle.digest) throw new Error('the manifest has another digest');
  });
  const keys = await report.check('keys', 'as this server names them', () => readKeys(folder, webVerifier, undefined));
  if (keys === undefined) return report.findings;
  const subjects = [bundle.digest, ...bundle.artifacts.map(({ digest }) => digest)];
  await verifyAttached({ report, keys, verifier: webVerifier, hashing: portableHashing }, subjects, folder);
  return report.findings;
}
