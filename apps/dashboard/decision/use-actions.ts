import { useQuery } from '@connectrpc/connect-query';
import { DecisionService } from '#gen/governance/v1/decision_service_pb.js';
import { useOwnKey } from '../identity/own-key.js';
import { type VerbWords, wordsOfVerb } from './verbs.js';

/** Something that a person may do about a promotion, or why not. */
interface OwnAction {
  readonly words: VerbWords;
  /** The command that does the same. */
  readonly command: string;
  /** Whether the server would let them. */
  readonly possible: boolean;
  /** Why not, in the server's words or for want of a key; empty when nothing is in the way. */
  readonly whyNot: string;
}

/** What the person who is signed in may do about a promotion with this browser. */
export function useActions(promotionId: string): readonly OwnAction[] {
  const { data } = useQuery(DecisionService.method.listActions, { promotionId });
  const { state } = useOwnKey();
  const noKey = state === 'enrolled' || state === 'unknown' ? '' : 'this browser holds no key of yours';
  return (data?.actions ?? []).flatMap(({ verb, command, possible, whyNot }) => {
    const words = wordsOfVerb(verb);
    return words === undefined ? [] : [{ words, command, possible, whyNot: possible ? noKey : whyNot }];
  });
}
