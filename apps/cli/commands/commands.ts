import type { CommandModule } from '../program/command-module.js';

/** A command that `lane` knows by name before its module is loaded. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly group: string;
  readonly load: () => Promise<CommandModule>;
}

const groups = {
  make: 'Make a release:',
  move: 'Move it through the lanes:',
  decide: 'Decide:',
  look: 'Look:',
} as const;

/** Every command, in the order in which help shows them. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: 'write a commented lanekeeper.yaml from what is in this folder',
    group: groups.make,
    load: () => import('./init.js'),
  },
  { name: 'product', summary: 'add, list and show products', group: groups.make, load: () => import('./product.js') },
  {
    name: 'release',
    summary: 'make a release bundle of a commit',
    group: groups.make,
    load: () => import('./release.js'),
  },
  {
    name: 'bundle',
    summary: 'list, show, compare, verify and download release bundles',
    group: groups.make,
    load: () => import('./bundle.js'),
  },
  { name: 'evidence', summary: 'attach and list evidence', group: groups.make, load: () => import('./evidence.js') },
  {
    name: 'plan',
    summary: 'say what the gates of a lane would say to a bundle',
    group: groups.move,
    load: () => import('./plan.js'),
  },
  { name: 'promote', summary: 'bring a bundle into a lane', group: groups.move, load: () => import('./promote.js') },
  {
    name: 'rollback',
    summary: 'bring a lane back to what was live before',
    group: groups.move,
    load: () => import('./rollback.js'),
  },
  { name: 'abort', summary: 'end a promotion before it is live', group: groups.move, load: () => import('./abort.js') },
  {
    name: 'retry',
    summary: 'try again what ended in technical trouble',
    group: groups.move,
    load: () => import('./retry.js'),
  },
  {
    name: 'approvals',
    summary: 'list what waits for me, and since when',
    group: groups.decide,
    load: () => import('./approvals.js'),
  },
  {
    name: 'approve',
    summary: 'approve a promotion, with your own key',
    group: groups.decide,
    load: () => import('./approve.js'),
  },
  {
    name: 'reject',
    summary: 'reject a promotion, or ask for changes',
    group: groups.decide,
    load: () => import('./reject.js'),
  },
  {
    name: 'status',
    summary: 'show the lanes and what is on its way',
    group: groups.look,
    load: () => import('./status.js'),
  },
  { name: 'watch', summary: 'follow a promotion or release', group: groups.look, load: () => import('./watch.js') },
  {
    name: 'why',
    summary: 'say why a promotion stands where it stands',
    group: groups.look,
    load: () => import('./why.js'),
  },
  {
    name: 'get',
    summary: 'list products, bundles, promotions, lanes, decisions or evidence',
    group: groups.look,
    load: () => import('./get.js'),
  },
  {
    name: 'whoami',
    summary: 'say who acts, and on which stack',
    group: groups.look,
    load: () => import('./whoami.js'),
  },
  {
    name: 'doctor',
    summary: 'check the stack and this machine, and say what to do',
    group: groups.look,
    load: () => import('./doctor.js'),
  },
  {
    name: 'help',
    summary: 'explain a command, or: lane help exit-codes',
    group: groups.look,
    load: () => import('./help.js'),
  },
];
