import { useQuery } from '@connectrpc/connect-query';
import { TransformationService } from '#gen/transformation/v1/transformation_service_pb.js';
import { Command, ShortId } from '../parts/copy.js';
import { At } from '../parts/instant.js';
import { Words } from '../parts/mark.js';
import { Loading, ProblemNote } from '../parts/notes.js';
import rows from '../parts/rows.module.css';
import { Section } from '../parts/screen.js';

/** How many words of a change are shown before somebody asks for all. */
const shownAtOnce = 5;

/** Who changed what, newest first, and how anybody checks that they have signed it. */
export function History({ name }: { readonly name: string }) {
  const { data, error, isPending } = useQuery(TransformationService.method.listTransformationChanges, { name });
  return (
    <Section
      title="History"
      aside={<Command command={`lane transformation history ${name} --verify`} label="Check every signature" />}
    >
      {error !== null && <ProblemNote error={error} />}
      {isPending && <Loading what="the history" />}
      <p className={`${rows['pad'] ?? ''} ${rows['small'] ?? ''}`}>
        Each revision is a statement that its person has signed with a key of their own. Nothing else changes a
        transformation, and gates believe nothing else.
      </p>
      <ul className={rows['list']}>
        {data?.changes.map(({ revision, verb, principal, words, changedAt, statementDigest }) => (
          <li key={revision}>
            <div className={rows['grow']}>
              <p>
                <strong>{principal}</strong> signed revision {revision}
                {verb === 'retire' && <span className={rows['tag']}>retired</span>}
              </p>
              {words.slice(0, shownAtOnce).map((text, index) => (
                // Words have no other name than their place.
                <p key={index} className={rows['small']}>
                  <Words text={text} />
                </p>
              ))}
              {words.length > shownAtOnce && (
                <details>
                  <summary className={rows['small']}>{words.length - shownAtOnce} more changes</summary>
                  {words.slice(shownAtOnce).map((text, index) => (
                    <p key={index} className={rows['small']}>
                      <Words text={text} />
                    </p>
                  ))}
                </details>
              )}
              <p className={rows['small']}>
                <At at={changedAt} />
              </p>
            </div>
            <ShortId id={statementDigest} what="digest of the statement" />
          </li>
        ))}
      </ul>
    </Section>
  );
}
