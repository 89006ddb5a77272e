import { createClient } from '@connectrpc/connect';
import { useQuery } from '@connectrpc/connect-query';
import { useEffect, useState } from 'react';
import { DecisionService, type GetDecisionFactsResponse } from '#gen/governance/v1/decision_service_pb.js';
import type { DecisionOutcome } from '#gen/governance/v1/decision_pb.js';
import { PromotionService } from '#gen/release/v1/promotion_service_pb.js';
import { decisionAbout } from '../../../core/decision/prepare.js';
import { shortId } from '../../../core/ids.js';
import { parseLane } from '../../../core/lanes.js';
import { transport } from '../connection/transport.js';
import { announce } from '../parts/announcer.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { Loading, Note, ProblemNote, sentence } from '../parts/notes.js';
import { laneWord } from '../parts/states.js';
import { readFacts } from '../../../core/decision/read-facts.js';
import { changesOf } from './facts.js';
import { FactsView } from './facts-view.js';
import { SignForm } from './sign-form.js';
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
    <Dialog title={titleOf(words, read)} onClose={() => onClose(outcome !== undefined)}>
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {isPending && <Loading what="what you decide about" />}
      {read !== undefined && outcome === undefined && (
        <>
          {isNewer && <Newer read={read} data={data} onShow={() => setRead(data)} />}
          <FactsView shown={read} facts={readFacts(read.facts)} />
          <SignForm
            name={words.name.toLowerCase()}
            kind={words.kind}
            label={words.isCommentNeeded ? 'Why' : 'Comment, for the record'}
            isTextNeeded={words.isCommentNeeded}
            command={command}
            notYet={isNewer ? 'look at what has changed first' : ''}
            send={async (comment, sign) => {
              const about = { ...read, lane: parseLane(laneWord(read.lane)) };
              return send(words.verb, read.promotionId, await sign(decisionAbout(about, words.verb, comment)));
            }}
            onSent={(sent) => {
              if (sent !== undefined) announce(sent.text);
              setOutcome(sent);
            }}
          >
            <p>{words.effect}</p>
          </SignForm>
        </>
      )}
      {outcome !== undefined && (
        <>
          <Note tone={outcome.accepted ? 'good' : 'wait'}>
            <p>
              <strong>{outcome.accepted ? words.done : sentence(outcome.text)}</strong>
            </p>
            {outcome.reason !== '' && <p>{sentence(outcome.reason)}</p>}
          </Note>
          <Button kind="main" hasFocus onClick={() => onClose(true)}>
            Done
          </Button>
        </>
      )}
    </Dialog>
  );
}

/** What is decided, about what, for which lane. */
function titleOf({ name }: VerbWords, read: GetDecisionFactsResponse | undefined): string {
  return read === undefined
    ? name
    : `${name}: ${read.product} ${shortId(read.bundleDigest)} into ${laneWord(read.lane)}`;
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
