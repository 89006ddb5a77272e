import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useId, useState } from 'react';
import type { UnsignedDecision } from '../../../core/decision/prepare.js';
import { KeyNote } from '../identity/key-note.js';
import { useOwnKey } from '../identity/own-key.js';
import { usePerson } from '../identity/person.js';
import { Button } from '../parts/button.js';
import { Command } from '../parts/copy.js';
import { ProblemNote } from '../parts/notes.js';
import css from './sign-form.module.css';
import { type OwnSigning, signDecision } from './sign.js';
import type { VerbWords } from './verbs.js';

/** Signs what somebody decides. @returns the bytes of the Sigstore bundle */
export type Sign = (decision: UnsignedDecision) => Promise<Uint8Array<ArrayBuffer>>;

/** Where a person says why, signs with the key of this browser and sends it. What they have written stays until it is sent. */
export function SignForm<Result>({
  name,
  kind,
  label,
  isTextNeeded,
  command,
  notYet = '',
  maxLength = 2_000,
  send,
  onSent,
  children,
}: {
  /** What is signed, on the button. */
  readonly name: string;
  readonly kind: VerbWords['kind'];
  /** What is asked for besides. */
  readonly label: string;
  readonly isTextNeeded: boolean;
  /** The command that does the same; empty while it is not known. */
  readonly command: string;
  /** What has to be done before; empty for nothing. */
  readonly notYet?: string;
  /** The longest text that is taken. */
  readonly maxLength?: number;
  /**
   * @param text what the person has written; undefined for nothing
   * @param own for what is signed and is no decision
   */
  readonly send: (text: string | undefined, sign: Sign, own: OwnSigning) => Promise<Result>;
  readonly onSent: (result: Result) => void;
  readonly children?: ReactNode;
}) {
  const id = useId();
  const [written, setWritten] = useState('');
  const { person } = usePerson();
  const { signer, state } = useOwnKey();
  const queries = useQueryClient();
  const text = written.trim();
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      if (signer === undefined || person === undefined) throw new Error('this browser holds no key of yours');
      const own = { signer, principal: person.name };
      return send(text === '' ? undefined : text, (decision) => signDecision(decision, own), own);
    },
    onSuccess: onSent,
    // Also when it was refused because something has changed: then it is shown as it is now.
    onSettled: () => queries.invalidateQueries(),
  });
  const whyNot =
    state !== 'enrolled'
      ? 'this browser holds no key of yours that counts'
      : notYet !== ''
        ? notYet
        : isTextNeeded && text === ''
          ? 'say why: it is on record'
          : '';
  return (
    <form
      className={css['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (whyNot === '' && !isPending) mutate();
      }}
    >
      {children}
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        rows={3}
        maxLength={maxLength}
        value={written}
        required={isTextNeeded}
        onChange={(event) => setWritten(event.target.value)}
      />
      <KeyNote />
      {error !== null && <ProblemNote error={error} />}
      <div className={css['row']}>
        <Button type="submit" kind={kind} whyNot={whyNot} isBusy={isPending}>
          {isPending ? 'Signing and sending …' : `Sign: ${name}`}
        </Button>
        {command !== '' && <Command command={command} />}
      </div>
    </form>
  );
}
