/** The answer of the runtime. */
export interface Answer {
  readonly text: string;
  readonly document: string;
  readonly steps: readonly { readonly id: string; readonly tool: string }[];
  /** sha256 of the plan that ran. */
  readonly fingerprint: string;
  readonly revision: string;
}

/** A client of one agent runtime. */
export class AgentsClient {
  readonly #url: URL;

  constructor(url: string) {
    this.#url = new URL('/run', url);
  }

  /** Runs the reviewed plan. Throws when the runtime refuses it. */
  async run(input: Readonly<Record<string, string>>): Promise<Answer> {
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ input }),
    });
    if (!response.ok) throw new Error(`the runtime answered with status ${response.status}`);
    return (await response.json()) as Answer;
  }
}
