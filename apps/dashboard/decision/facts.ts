/** What a person is shown before deciding, read from exactly the text whose digest is signed. */
export interface Facts {
  readonly kind: string;
  readonly revision: string;
  readonly author: string;
  readonly requester: string;
  readonly liveBundle: string;
  readonly gates: readonly { readonly gate: string; readonly verdict: string; readonly explanation: string }[];
  readonly notices: readonly string[];
  readonly evidence: readonly {
    readonly id: string;
    readonly kind: string;
    readonly signer: string;
    readonly checksum: string;
  }[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads the facts; what is missing is empty. */
export function readFacts(json: string): Facts {
  const facts = fields(JSON.parse(json));
  const author = fields(facts['author']);
  return {
    kind: text(facts['kind']),
    revision: text(facts['revision']),
    author: `${text(author['name'])} <${text(author['email'])}>`,
    requester: text(facts['requester']),
    liveBundle: text(facts['liveBundle']),
    gates: list(facts['gates']).map((gate) => ({
      gate: text(gate['gate']),
      verdict: text(gate['verdict']),
      explanation: text(gate['explanation']),
    })),
    notices: list(facts['notices']).map((notice) => text(notice['explanation'])),
    evidence: list(facts['evidence']).map((each) => ({
      id: text(each['id']),
      kind: text(each['kind']),
      signer: text(each['signer']),
      checksum: text(each['checksum']),
    })),
  };
}

/** What is different in newer facts, one line each, for somebody who has read the older ones. */
export function changesOf(older: Facts, newer: Facts): readonly string[] {
  const verdicts = new Map(older.gates.map(({ gate, verdict }) => [gate, verdict]));
  const known = new Set(older.evidence.map(({ id }) => id));
  const still = new Set(newer.evidence.map(({ id }) => id));
  return [
    ...newer.gates.flatMap(({ gate, verdict }) => {
      const before = verdicts.get(gate);
      return before === verdict
        ? []
        : [`gate ${gate} is ${verdict}${before === undefined ? '' : `, and was ${before}`}`];
    }),
    ...newer.evidence.flatMap(({ id, kind, signer }) => (known.has(id) ? [] : [`new evidence: ${kind} by ${signer}`])),
    ...older.evidence.flatMap(({ id, kind }) => (still.has(id) ? [] : [`evidence no longer counts: ${kind}`])),
    ...(older.liveBundle === newer.liveBundle ? [] : ['another bundle is live in the lane']),
    ...(older.requester === newer.requester ? [] : [`requested by ${newer.requester || 'nobody who has signed'}`]),
    ...newer.notices.filter((notice) => !older.notices.includes(notice)),
  ];
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
