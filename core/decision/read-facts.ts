import { fieldsIn, listIn, textIn } from '../loose.js';
import { type Verdict, verdicts } from '../policy/verdict.js';

/** What a person is shown before deciding, read from exactly the text whose digest is signed. */
export interface ReadFacts {
  readonly kind: string;
  readonly revision: string;
  readonly author: string;
  readonly requester: string;
  readonly liveBundle: string;
  readonly gates: readonly {
    readonly gate: string;
    /** UNSPECIFIED for a word that is no verdict. */
    readonly verdict: Verdict | 'UNSPECIFIED';
    readonly explanation: string;
  }[];
  readonly notices: readonly string[];
  readonly evidence: readonly {
    readonly id: string;
    readonly kind: string;
    readonly signer: string;
    readonly checksum: string;
  }[];
}

/** Reads the facts; what is missing is empty. */
export function readFacts(json: string): ReadFacts {
  const facts = fieldsIn(JSON.parse(json));
  const author = fieldsIn(facts['author']);
  return {
    kind: textIn(facts['kind']),
    revision: textIn(facts['revision']),
    author: `${textIn(author['name'])} <${textIn(author['email'])}>`,
    requester: textIn(facts['requester']),
    liveBundle: textIn(facts['liveBundle']),
    gates: listIn(facts['gates'])
      .map(fieldsIn)
      .map((gate) => ({
        gate: textIn(gate['gate']),
        verdict: verdicts.find((verdict) => verdict === gate['verdict']) ?? 'UNSPECIFIED',
        explanation: textIn(gate['explanation']),
      })),
    notices: listIn(facts['notices'])
      .map(fieldsIn)
      .map((notice) => textIn(notice['explanation'])),
    evidence: listIn(facts['evidence'])
      .map(fieldsIn)
      .map((each) => ({
        id: textIn(each['id']),
        kind: textIn(each['kind']),
        signer: textIn(each['signer']),
        checksum: textIn(each['checksum']),
      })),
  };
}
