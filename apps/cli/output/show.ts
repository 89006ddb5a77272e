import type { Terminal } from '../program/terminal.js';
import { harmless, visibleJson } from './harmless.js';
import type { PlainObject } from './plain.js';

/** The output formats. */
export const formats = ['table', 'json', 'yaml'] as const;

/** One of the output formats. */
export type Format = (typeof formats)[number];

const apiVersion = 'lanekeeper.dev/v1';

/** Writes data in the requested format. */
export interface Show {
  /** One object. `text` is what a person reads. */
  object(kind: string, value: PlainObject, text: () => string): Promise<void>;
  /** A list, in an envelope. */
  list(kind: string, items: readonly PlainObject[], text: () => string): Promise<void>;
  /** One line of a stream. Without `text` people are shown nothing. */
  line(kind: string, value: PlainObject, text?: () => string): void;
}

/** Data for machines is complete and stable; text for people is short. */
export function createShow(terminal: Terminal, format: Format): Show {
  const write = async (value: unknown, text: () => string): Promise<void> => {
    switch (format) {
      case 'table':
        terminal.print(harmless(text()));
        break;
      case 'json':
        terminal.print(visibleJson(value, 2));
        break;
      case 'yaml': {
        const { stringify } = await import('yaml');
        terminal.print(harmless(stringify(value, { lineWidth: 0 }).trimEnd()));
      }
    }
  };
  return {
    object: (kind, value, text) => write({ apiVersion, kind, ...withType(value) }, text),
    line(kind, value, text) {
      if (format !== 'table') terminal.print(visibleJson({ ...value, kind }));
      else if (text !== undefined) terminal.print(harmless(text()).replaceAll('\n', ' '));
    },
    list: (kind, items, text) => write({ apiVersion, kind: `${kind}List`, items: items.map(withType) }, text),
  };
}

/** `kind` names the type of the whole document, so an object's own `kind` is written as `type`. */
function withType(value: PlainObject): PlainObject {
  const { kind, ...rest } = value;
  return kind === undefined ? rest : { ...rest, type: kind };
}
