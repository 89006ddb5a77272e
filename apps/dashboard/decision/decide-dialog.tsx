import { createClient } from '@connectrpc/connect';
import { useQuery } from '@connectrpc/connect-query';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useId, useState } from 'react';
import { DecisionService, type GetDecisionFactsResponse } from '#gen/governance/v1/decision_service_pb.js';
import type { DecisionOutcome } from '#gen/governance/v1/decision_pb.js';
import { PromotionService } from '#gen/release/v1/promotion_service_pb.js';
import { decisionAbout } from '../../../core/decision/prepare.js';
import { parseLane } from '../../../core/lanes.js';
import { transport } from '../connection/transport.js';
import { KeyNote } from '../identity/key-note.js';
import { useOwnKey } from '../identity/own-key.js';
import { usePerson } from '../identity/person.js';
import { announce } from '../parts/announcer.js';
import { Button } from '../parts/button.js';
import { Command } from '../parts/copy.js';
import { Dialog } from '../parts/dialog.js';
import { Loading, Note, ProblemNote, sentence } from '../parts/notes.js';
import { laneWord } from '../parts/states.js';
import css from './decide-dialog.module.css';
import { readFacts } from '../../../core/decision/read-facts.js';
import { changesOf } from './facts.js';
import { FactsView } from './facts-view.js';
import { signDecision } from './sign.js';
import { useActions } from './use-actions.js';
import type { VerbWords } from './verbs.js';

/** Shows what is decided about, asks, signs with the key of this browser, and says what became of it. */
export function DecideDialog({
  promotionId,
  words,
  onClose,
}: {
  readonly promotionId: string;
  readonly words: VerbWords;
  readonly onClose: (isDecided: boolean) => void;
}) {
  const { data, error, isPending, refetch } = useQuery(DecisionService.method.getDecisionFacts, { promotionId });
  const command = useActions(promotionId).find((action) => action.words === words)?.command ?? '';
  const [read, setRead] = useState<GetDecisionFactsResponse>();
  const [outcome, setOutcome] = useState<DecisionOutcome>();
  useEffect(() => {
    if (read === undefined && data !== undefined) setRead(data);
  }, [data, read]);
  const isNewer = read !== undefined && data !== undefined && data.factsDigest !== read.factsDigest;
  return (
    <Dialog title={words.name} onClose={() => onClose(outcome !== undefined)}>
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading what="what you decide about" />}
      {read !== undefined && outcome === undefined && (
        <>
          {isNewer && <Newer read={read} data={data} onShow={() => setRead(data)} />}
          <FactsView shown={read} facts={readFacts(read.facts)} />
          <Form shown={read} words={words} isStale={isNewer} command={command} onDecided={setOutcome} />
        </>
      )}
      {outcome !== undefined && (
        <>
          <Note tone={outcome.accepted ? 'good' : 'wait'}>
            <p>
              <strong>{sentence(outcome.text)}</strong>
            </p>
            {outcome.reason !== '' && <p>{sentence(outcome.reason)}</p>}
          </Note>
          <Button kind="main" onClick={() => onClose(true)}>
            Done
          </Button>
        </>
      )}
    </Dialog>
  );
}

function Newer({
  read,
  data,
  onShow,
}: {
  readonly read: GetDecisionFactsResponse;
  readonly data: GetDecisionFactsResponse;
  readonly onShow: () => void;
}) {
  const changes = changesOf(readFacts(read.facts), readFacts(data.facts));
  return (
    <Note tone="wait">
      <p>
        <strong>This has changed while you were reading:</strong>
      </p>
      <ul>
        {changes.map((change) => (
          <li key={change}>{change}</li>
        ))}
        {changes.length === 0 && <li>an explanation of a gate</li>}
      </ul>
      <Button onClick={onShow}>Show it as it is now</Button>
    </Note>
  );
}

function Form({
  shown,
  words,
  command,
  isStale,
  onDecided,
}: {
  readonly shown: GetDecisionFactsResponse;
  readonly words: VerbWords;
  readonly command: string;
  readonly isStale: boolean;
  readonly onDecided: (outcome: DecisionOutcome) => void;
}) {
  const id = useId();
  const [comment, setComment] = useState('');
  const { person } = usePerson();
  const key = useOwnKey();
  const queries = useQueryClient();
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      if (key.signer === undefined || person === undefined) throw new Error('this browser holds no key of yours');
      const said = comment.trim() === '' ? undefined : comment.trim();
      const decision = decisionAbout({ ...shown, lane: parseLane(laneWord(shown.lane)) }, words.verb, said);
      const signed = await signDecision(decision, { signer: key.signer, principal: person.name });
      return send(words.verb, shown.promotionId, signed);
    },
    onSuccess: (outcome) => {
      if (outcome === undefined) return;
      announce(outcome.text);
      onDecided(outcome);
    },
    // Refused because something has changed: then it is shown as it is now.
    onSettled: () => queries.invalidateQueries(),
  });
  const whyNot =
    key.state === 'enrolled'
      ? isStale
        ? 'look at what has changed first'
        : words.isCommentNeeded && comment.trim() === ''
          ? 'say why: it is on record'
          : ''
      : 'this browser holds no key of yours that counts';
  return (
    <form
      className={css['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (whyNot === '' && !isPending) mutate();
      }}
    >
      <p>{words.effect}</p>
      <label htmlFor={id}>{words.isCommentNeeded ? 'Why' : 'Comment, for the record'}</label>
      <textarea
        id={id}
        rows={3}
        maxLength={2_000}
        value={comment}
        required={words.isCommentNeeded}
        onChange={(event) => setComment(event.target.value)}
      />
      <KeyNote />
      {error !== null && <ProblemNote error={error} />}
      <div className={css['row']}>
        <Button type="submit" kind={words.kind} whyNot={whyNot} isBusy={isPending}>
          {isPending ? 'Signing and sending …' : `Sign: ${words.name.toLowerCase()}`}
        </Button>
        {command !== '' && <Command command={command} />}
      </div>
    </form>
  );
}

async function send(
  verb: VerbWords['verb'],
  promotionId: string,
  signedDecision: Uint8Array<ArrayBuffer>,
): Promise<DecisionOutcome | undefined> {
  const message = { promotionId, signedDecision };
  if (verb === 'abort') return (await createClient(PromotionService, transport).abort(message)).outcome;
  if (verb === 'retry') return (await createClient(PromotionService, transport).retry(message)).outcome;
  return (await createClient(DecisionService, transport).submitDecision(message)).outcome;
}
