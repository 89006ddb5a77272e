import type { ContentLine } from './lines.js';

/** A property of a calendar or of something in it: `DTSTART;TZID=Europe/Berlin:20261218T180000`. */
export interface Property {
  /** Where it begins, from 1. */
  readonly line: number;
  /** In capitals. */
  readonly name: string;
  /** By name in capitals, without quotes; of several values of one, all of the text. */
  readonly parameters: ReadonlyMap<string, string>;
  /** As it is written: text is still escaped. */
  readonly value: string;
}

/** How many parameters of a property are read. */
const maxParameters = 20;

const nameOnly = /^[A-Za-z0-9-]{1,60}(?=[;:])/;

/** The name of the property on a line, in capitals; undefined where a line is none. */
export function nameOfLine({ text }: ContentLine): string | undefined {
  return nameOnly.exec(text)?.[0].toUpperCase();
}

/** Reads a property (RFC 5545, section 3.1); undefined for a line that is none. */
export function readProperty({ line, text }: ContentLine): Property | undefined {
  const [name] = nameOnly.exec(text) ?? [];
  if (name === undefined) return undefined;
  const parameters = new Map<string, string>();
  let at = name.length;
  while (text[at] === ';') {
    const end = endOfParameter(text, at + 1);
    const parameter = text.slice(at + 1, end);
    const equals = parameter.indexOf('=');
    const key = parameter.slice(0, Math.max(0, equals)).toUpperCase();
    if (key !== '' && !parameters.has(key)) parameters.set(key, parameter.slice(equals + 1).replaceAll('"', ''));
    if (parameters.size > maxParameters) return undefined;
    at = end;
  }
  return text[at] === ':' ? { line, name: name.toUpperCase(), parameters, value: text.slice(at + 1) } : undefined;
}

/** Where a parameter ends: at the next `;` or `:` that is in no quotes. */
function endOfParameter(text: string, from: number): number {
  let isQuoted = false;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (character === ';' || character === ':')) return at;
  }
  return text.length;
}
