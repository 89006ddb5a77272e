import type { Enclosure } from './enclosure.js';

/** How a machine contains the commands of a product, from the strongest to none at all. */
export type ContainmentName = 'bubblewrap' | 'namespaces' | 'sandbox-exec' | 'none';

/** A command as it is started. */
export interface ContainedCommand {
  readonly command: string;
  readonly args: readonly string[];
  /**
   * Whether the process that is started only waits for its child, the first process of a namespace: when the waiting
   * process has ended, everything in the namespace has.
   */
  readonly waitsForNamespace: boolean;
}

/** The user as whom contained commands run, where that is not the user of the worker. */
export interface BuildUser {
  readonly uid: number;
  readonly gid: number;
}

/** A way to run commands that can reach what their enclosure names, and nothing else. */
export interface Containment {
  readonly name: ContainmentName;
  /** Who must own what the commands may write; undefined when it is the user of the worker. */
  readonly user?: BuildUser;
  command(enclosure: Enclosure, command: string, args: readonly string[]): ContainedCommand;
}

/** No containment: the command runs with the rights of the worker. Only for those who have said so. */
export const uncontained: Containment = {
  name: 'none',
  command: (_enclosure, command, args) => ({ command, args, waitsForNamespace: false }),
};

/** Whether the output of a failed command shows that it tried to write to what is read-only. */
export function reportsWriteDenied(output: string): boolean {
  return /\bEROFS\b|Read-only file system|Operation not permitted.*write/i.test(output);
}
