import type { Terminal } from '../program/terminal.js';
import type { PlainObject } from './plain.js';

/** The forms in which data is written. */
export const formats = ['table', 'json', 'yaml'] as const;

/** One of the forms. */
export type Format = (typeof formats)[number];

const apiVersion = 'lanekeeper.dev/v1';

/** Writes data in the form that was asked for. */
export interface Show {
  /** One object. `text` is what a person reads. */
  object(kind: string, value: PlainObject, text: () => string): Promise<void>;
  /** A list, in an envelope of its own. */
  list(kind: string, items: readonly PlainObject[], text: () => string): Promise<void>;
}

/** Data for machines is complete and stable; text for people is short. */
export function createShow(terminal: Terminal, format: Format): Show {
  const write = async (value: unknown, text: () => string): Promise<void> => {
    switch (format) {
      case 'table':
        terminal.print(text());
        break;
      case 'json':
        terminal.print(JSON.stringify(value, undefined, 2));
        break;
      case 'yaml': {
        const { stringify } = await import('yaml');
        terminal.print(stringify(value, { lineWidth: 0 }).trimEnd());
      }
    }
  };
  return {
    object: (kind, value, text) => write({ apiVersion, kind, ...withType(value) }, text),
    list: (kind, items, text) => write({ apiVersion, kind: `${kind}List`, items: items.map(withType) }, text),
  };
}

/** `kind` names the form of what is written; what an object itself calls its kind stands beside it as `type`. */
function withType(value: PlainObject): PlainObject {
  const { kind, ...rest } = value;
  return kind === undefined ? rest : { ...rest, type: kind };
}
