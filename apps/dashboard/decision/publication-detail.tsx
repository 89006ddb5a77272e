import { Link } from '@tanstack/react-router';
import type { GovernanceCase } from '#gen/governance/v1/case_pb.js';
import { seen } from '../../../core/unseen.js';
import { documentOfCase } from './document-of-case.js';
import { Command } from '../parts/copy.js';
import { Note } from '../parts/notes.js';
import css from './inbox.module.css';

/**
 * A version that waits to be published: who has drafted it, who has signed, and the command that publishes it. No browser
 * does, as its keys publish nothing; what the version changes is on a screen of its own.
 */
export function PublicationDetail({ one }: { readonly one: GovernanceCase }) {
  const { publication, requester, missing, waitsForMe, whyNotMe } = one;
  if (publication === undefined) return null;
  const { versionDigest, version, publishedBy, comment, command } = publication;
  const name = `${documentOfCase(publication)}, version ${String(version)}`;
  return (
    <section className={css['detail']} aria-label={name}>
      <header className={css['detailHead']}>
        <h2>{name}</h2>
        <Link to="/policies/$version" params={{ version: versionDigest }}>
          what it changes
        </Link>
      </header>
      <p>
        Drafted by {requester}
        {comment === '' ? '.' : `: ${seen(comment)}`}
      </p>
      {!waitsForMe && whyNotMe !== '' && <Note>You cannot publish it: {whyNotMe}.</Note>}
      {waitsForMe && (
        <Note>A key in a browser publishes nothing. Publish it in a terminal, where your key is a file.</Note>
      )}
      <div className={css['actions']}>
        <Command command={command} label={waitsForMe ? 'To publish it' : 'Whoever may publishes it with'} />
      </div>
      <p className={css['small']}>{missing}</p>
      <p className={css['small']}>Signed so far: {publishedBy.join(', ') || 'by nobody'}</p>
    </section>
  );
}
