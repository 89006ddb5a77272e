import { closeSync, openSync } from 'node:fs';
import type { WorkerConfig } from './config.js';

/**
 * A point at which a test wants the process to die as if by a power cut: SIGKILL, once, remembered in a marker file that survives it.
 * Without configuration it does nothing.
 */
export function faultPointOf(fault: WorkerConfig['faultPoint']): (name: string) => void {
  return (name) => {
    if (fault?.name !== name) return;
    try {
      closeSync(openSync(fault.markerFile, 'wx'));
    } catch {
      return; // It has happened already.
    }
    process.kill(process.pid, 'SIGKILL');
  };
}
