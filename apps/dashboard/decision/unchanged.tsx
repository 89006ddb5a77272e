import { useQuery } from '@connectrpc/connect-query';
import type { ReleaseBundle } from '#gen/release/v1/bundle_pb.js';
import { BundleService } from '#gen/release/v1/bundle_service_pb.js';
import { methodologyIn } from '../parts/methodology.js';
import css from './facts-view.module.css';

/** What two bundles have in common: artifacts with the same digest, and the methodology that they were made under. */
export function Unchanged({ base, bundle }: { readonly base: string; readonly bundle: string }) {
  const { data: before } = useQuery(BundleService.method.getBundle, { bundle: base });
  const { data: after } = useQuery(BundleService.method.getBundle, { bundle });
  if (before?.bundle === undefined || after?.bundle === undefined) return null;
  const same = inCommon(before.bundle, after.bundle);
  return <p className={css['why']}>Unchanged: {same.join(', ') || 'none of the artifacts'}.</p>;
}

/** The names of what is the same in both. */
export function inCommon(before: ReleaseBundle, after: ReleaseBundle): readonly string[] {
  const known = new Set(before.artifacts.map(({ kind, name, digest }) => `${kind} ${name} ${digest}`));
  const artifacts = after.artifacts.filter(({ kind, name, digest }) => known.has(`${kind} ${name} ${digest}`));
  const [was = '', is = ''] = [before, after].map(methodologyIn);
  return [
    ...artifacts.map(({ kind, name }) => `${kind} ${name}`),
    ...(was === is && is !== '' ? [`methodology ${is}`] : []),
  ];
}
