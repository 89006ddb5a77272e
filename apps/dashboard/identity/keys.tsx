import { useMutation } from '@tanstack/react-query';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { shortId } from '../../../core/ids.js';
import { serverNow } from '../connection/clock.js';
import { Button } from '../parts/button.js';
import { Command, ShortId } from '../parts/copy.js';
import { Ago, Until } from '../parts/instant.js';
import { Mark } from '../parts/mark.js';
import { Note, ProblemNote } from '../parts/notes.js';
import { Section } from '../parts/screen.js';
import { useMakeKey, useOwnKey } from './own-key.js';
import { usePerson } from './person.js';
import { useRevokeKey } from './revoke-key.js';
import css from '../parts/rows.module.css';

/** The keys with which the person signs, the one of this browser first. */
export function Keys() {
  const { person } = usePerson();
  const own = useOwnKey();
  const make = useMutation({ mutationFn: useMakeKey() });
  const revoke = useRevokeKey();
  return (
    <Section title="Your keys" aside={<Command command="lane keys list" />}>
      <div className={css['pad']}>
        {own.state === 'enrolled' && (
          <Note tone="good">
            This browser signs with <code>{own.keyId}</code>. No script can read its private half.
          </Note>
        )}
        {own.state === 'made' && (
          <Note tone="wait">
            <p>
              This browser has made the key <code>{own.keyId}</code>, which is not enrolled. Sign in again from a
              terminal, and compare the fingerprint:
            </p>
            <Command command="lane dashboard" />
          </Note>
        )}
        {(own.state === 'none' || own.state === 'ended') && (
          <>
            <Note tone="wait">
              {own.state === 'none'
                ? 'This browser holds no key of yours: it can look, and decide nothing.'
                : 'The key of this browser counts no more. Make another one, and enrol it.'}
            </Note>
            <Button kind="main" isBusy={make.isPending} onClick={() => make.mutate()}>
              Make a key
            </Button>
          </>
        )}
        {make.error !== null && <ProblemNote error={make.error} />}
        {revoke.error !== null && <ProblemNote error={revoke.error} />}
      </div>
      <ul className={css['list']}>
        {person?.keys.map((key) => {
          const isOver = key.validUntil !== undefined && timestampDate(key.validUntil) <= serverNow();
          return (
            <li key={key.keyId}>
              <div className={css['grow']}>
                <p>
                  <ShortId id={key.keyId} what="key" /> {key.heldIn === 'browser' ? 'in a browser' : 'in a file'}
                  {key.keyId === own.keyId && <span className={css['tag']}>this browser</span>}
                </p>
                {key.label !== '' && <p className={css['small']}>{key.label}</p>}
                <p className={css['small']}>
                  enrolled by {key.enrolledBy} <Ago at={key.validFrom} />
                  {key.validUntil !== undefined && !isOver && (
                    <>
                      {' '}
                      · ends <Until at={key.validUntil} />
                    </>
                  )}
                </p>
              </div>
              {isOver ? (
                <Mark tone="plain" shape="cross">
                  ended
                </Mark>
              ) : (
                <Button
                  kind="danger"
                  isBusy={revoke.isPending}
                  whyNot={own.state === 'enrolled' ? '' : 'revoking is signed, and this browser holds no key of yours'}
                  onClick={() => {
                    if (confirm(`Revoke key ${shortId(key.keyId)}? What it signs from now on does not count.`))
                      revoke.mutate(key.keyId);
                  }}
                >
                  Revoke
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
