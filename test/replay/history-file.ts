import { readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { temporal } from '@temporalio/proto';

const { History } = temporal.api.history.v1;

/** A recorded history, as the worker replays it. */
export type History = temporal.api.history.v1.History;
/** One event of it. */
export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

const root = join(import.meta.dirname, '../..');

/**
 * Writes a history as JSON, one event per line. Nothing is lost: 64-bit numbers are text, bytes are base64, enums are
 * names, times are seconds and nanoseconds. The names of this machine and its folders are replaced, in payloads too.
 */
export async function writeHistory(path: string, history: temporal.api.history.v1.IHistory): Promise<void> {
  const plain = History.toObject(History.fromObject(history), { longs: String, enums: String }) as {
    readonly events: readonly unknown[];
  };
  const lines = plain.events.map((event) => JSON.stringify(impersonal(event)));
  await writeFile(path, `{"events":[\n${lines.join(',\n')}\n]}\n`);
}

/** Reads a history that `writeHistory` wrote. */
export async function readHistory(path: string): Promise<History> {
  return History.fromObject(JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>);
}

function impersonal(value: unknown): unknown {
  if (typeof value === 'string') return withoutNames(value);
  if (value instanceof Uint8Array)
    return Buffer.from(withoutNames(Buffer.from(value).toString('latin1')), 'latin1').toString('base64');
  if (Array.isArray(value)) return value.map(impersonal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, impersonal(inner)]));
}

function withoutNames(text: string): string {
  // Workers and their queues are named `<pid>@<host>`; a host name on its own could be any word.
  return text.replaceAll(root, '/lanekeeper').replaceAll(`@${hostname()}`, '@host');
}
