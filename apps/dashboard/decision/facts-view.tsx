import { useQuery } from '@connectrpc/connect-query';
import type { GetDecisionFactsResponse } from '#gen/governance/v1/decision_service_pb.js';
import { Verdict } from '#gen/governance/v1/check_run_pb.js';
import { type BundleChange, ChangeKind } from '#gen/release/v1/bundle_pb.js';
import { BundleService } from '#gen/release/v1/bundle_service_pb.js';
import { isDerived } from '../../../core/release/diff-manifests.js';
import { shortId } from '../../../core/ids.js';
import { ShortId } from '../parts/copy.js';
import { Loading, Note, ProblemNote } from '../parts/notes.js';
import { Fields } from '../parts/screen.js';
import { VerdictMark } from '../parts/states.js';
import { useWords } from '../parts/words.js';
import css from './facts-view.module.css';
import { Unchanged } from './unchanged.js';
import type { ReadFacts } from '../../../core/decision/read-facts.js';

/** Everything that a person is shown before deciding; the difference from what is live and the commits are fetched. */
export function FactsView({ shown, facts }: { readonly shown: GetDecisionFactsResponse; readonly facts: ReadFacts }) {
  const words = useWords(shown.product);
  return (
    <div className={css['facts']}>
      <Fields
        rows={[
          [words.One('bundle'), <ShortId key="bundle" id={shown.bundleDigest} what="bundle digest" />],
          ['Revision', <ShortId key="revision" id={facts.revision} what="revision" />],
          ['Author of the commit', facts.author],
          ['Requested by', facts.requester === '' ? 'nobody has signed the request' : facts.requester],
          [
            'Live now',
            facts.liveBundle === '' ? 'nothing' : <ShortId key="live" id={facts.liveBundle} what="bundle digest" />,
          ],
          ['Policy', <ShortId key="policy" id={shown.policyDigest} what="policy digest" />],
        ]}
      />
      {facts.notices.map((notice) => (
        <Note key={notice} tone="wait">
          {notice}
        </Note>
      ))}
      <h3>{words.Many('gate')}</h3>
      <ul className={css['list']}>
        {facts.gates.map(({ gate, verdict, explanation }) => (
          <li key={gate}>
            <VerdictMark verdict={Verdict[verdict]} />
            <strong>{gate}</strong>
            <span className={css['why']}>{explanation}</span>
          </li>
        ))}
      </ul>
      <h3>What changes</h3>
      <Changes base={facts.liveBundle} bundle={shown.bundleDigest} />
      <h3>Commits</h3>
      <Commits shown={shown} />
      <details className={css['more']}>
        <summary>Evidence: {facts.evidence.length} signed statements</summary>
        <table className={css['table']}>
          <thead>
            <tr>
              <th scope="col">Kind</th>
              <th scope="col">Signed by</th>
              <th scope="col">Checksum</th>
            </tr>
          </thead>
          <tbody>
            {facts.evidence.map(({ id, kind, signer, checksum }) => (
              <tr key={id}>
                <td>{kind}</td>
                <td>{signer}</td>
                <td>
                  <ShortId id={checksum} what="checksum" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}

function Commits({ shown }: { readonly shown: GetDecisionFactsResponse }) {
  const { data, error, isPending } = useQuery(BundleService.method.listCommits, {
    bundle: shown.bundleDigest,
    lane: shown.lane,
  });
  if (error !== null) return <ProblemNote error={error} />;
  if (isPending) return <Loading what="the commits" rows={1} />;
  const people = (person: (typeof data.commits)[number]['author']) =>
    person === undefined
      ? ''
      : `${person.owners.map(({ principal }) => principal).join(' and ') || 'nobody'} <${person.address}>`;
  return (
    <>
      {data.problem !== '' && <Note tone="wait">{data.problem}</Note>}
      <ul className={css['list']}>
        {data.commits.slice(0, 50).map(({ hash, author, signedBy, signature }) => (
          <li key={hash}>
            <ShortId id={hash} what="commit" />
            <span>{people(author)}</span>
            <span className={css['why']}>{signedBy === '' ? signature || 'not signed' : `signed by ${signedBy}`}</span>
          </li>
        ))}
      </ul>
      {data.commits.length > 50 && <p className={css['why']}>and {data.commits.length - 50} more</p>}
      <p className={css['why']}>Authors, who cannot approve: {data.authors.join(', ') || 'nobody who is known'}</p>
    </>
  );
}

/** The differences between two bundles; those that only follow from others are counted. */
export function Changes({
  base,
  bundle,
  heads,
}: {
  readonly base: string;
  readonly bundle: string;
  /** What stands above the two columns, if not what is live and this bundle. */
  readonly heads?: readonly [string, string];
}) {
  const isAsked = base !== '' && base !== bundle;
  const { data, error, isPending } = useQuery(
    BundleService.method.diffBundles,
    { base, other: bundle },
    { enabled: isAsked },
  );
  if (!isAsked)
    return <p className={css['why']}>{base === '' ? 'Nothing was live before.' : 'Nothing: it is live.'}</p>;
  if (error !== null) return <ProblemNote error={error} />;
  if (isPending) return <Loading what="the difference" rows={1} />;
  return (
    <>
      <ChangeTable changes={data.changes} {...(heads !== undefined && { heads })} />
      <Unchanged base={base} bundle={bundle} />
    </>
  );
}

/** Differences as a paired table. */
export function ChangeTable({
  changes,
  heads: [before, after] = ['Live now', 'This bundle'],
}: {
  readonly changes: readonly BundleChange[];
  readonly heads?: readonly [string, string];
}) {
  const shown = changes.filter(({ path }) => !isDerived(path));
  const hidden = changes.length - shown.length;
  if (changes.length === 0) return <p className={css['why']}>Nothing: the bundles have the same content.</p>;
  return (
    <>
      <table className={css['table']}>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">{before}</th>
            <th scope="col">{after}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ kind, path, before, after }) => (
            <tr key={path}>
              <td>
                <span aria-hidden="true">{signs[kind]} </span>
                <span className="visually-hidden">{words[kind]}: </span>
                {path}
              </td>
              <td>{short(before)}</td>
              <td>{short(after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {hidden > 0 && <p className={css['why']}>and {hidden} more that follow from these</p>}
    </>
  );
}

const signs: Readonly<Record<ChangeKind, string>> = {
  [ChangeKind.UNSPECIFIED]: '',
  [ChangeKind.ADDED]: '+',
  [ChangeKind.REMOVED]: '−',
  [ChangeKind.CHANGED]: '~',
};

const words: Readonly<Record<ChangeKind, string>> = {
  [ChangeKind.UNSPECIFIED]: '',
  [ChangeKind.ADDED]: 'added',
  [ChangeKind.REMOVED]: 'removed',
  [ChangeKind.CHANGED]: 'changed',
};

function short(value: string) {
  if (value === '') return '–';
  const digest = /^(cas:)?(sha256:[0-9a-f]{64})$/.exec(value)?.[2];
  if (digest !== undefined) return <code title={value}>{shortId(digest)}</code>;
  return /^[0-9a-f]{40}$/.test(value) ? <code title={value}>{value.slice(0, 12)}</code> : value.slice(0, 300);
}
