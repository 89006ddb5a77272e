import { mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readJsonFile, writeJsonFile } from '../../adapters/files/json-file.js';
import { isProcessIdentity, type ProcessIdentity, isRunning } from '../../adapters/process/identity.js';

/** A child as stack.json names it. */
export interface RecordedChild extends ProcessIdentity {
  readonly name: string;
}

/**
 * What is running, and where: the content of `stack.json`. It holds no secrets; credentials are in files of their own
 * beside it.
 */
export interface StackRecord {
  /** Version of Lanekeeper. */
  readonly version: string;
  readonly state: 'starting' | 'ready' | 'stopping' | 'stopped';
  readonly pid: number;
  /** When the supervisor was started, ISO 8601. */
  readonly startedAt: string;
  readonly supervisor: ProcessIdentity;
  readonly apiUrl: string;
  readonly temporalAddress: string;
  /** Absent when Temporal is external. */
  readonly temporalUiUrl?: string;
  readonly namespace: string;
  readonly dataDir: string;
  readonly children: readonly RecordedChild[];
}

/** The path of the record of a data folder. */
export function stackFileOf(dataDir: string): string {
  return join(dataDir, 'stack.json');
}

/** The record of a data folder; undefined when it is missing or unreadable. */
export function readStackRecord(dataDir: string): StackRecord | undefined {
  const value = readJsonFile(stackFileOf(dataDir));
  return isStackRecord(value) ? value : undefined;
}

/** Replaces the record of a data folder, which it names by its real path: `lane` finds a record in no other. */
export function writeStackRecord(record: StackRecord): void {
  writeJsonFile(stackFileOf(record.dataDir), { ...record, dataDir: realpathSync(record.dataDir) });
}

/** Whether the supervisor that wrote the record is still running. */
export function isSupervisorRunning(record: StackRecord): boolean {
  return isRunning(record.supervisor);
}

/** Makes `dataDir` the stack that `lane` uses by default. */
export function writePointer(pointerFile: string, dataDir: string): void {
  mkdirSync(dirname(pointerFile), { recursive: true });
  writeJsonFile(pointerFile, { dataDir, stack: stackFileOf(dataDir) });
}

function isStackRecord(value: unknown): value is StackRecord {
  if (typeof value !== 'object' || value === null) return false;
  if (!('supervisor' in value) || !isProcessIdentity(value.supervisor)) return false;
  if (!('children' in value) || !Array.isArray(value.children) || !value.children.every(isProcessIdentity))
    return false;
  const texts = ['version', 'state', 'startedAt', 'apiUrl', 'temporalAddress', 'namespace', 'dataDir'];
  return texts.every((name) => typeof Reflect.get(value, name) === 'string');
}
