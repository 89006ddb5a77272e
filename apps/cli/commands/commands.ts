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
  move: 'Move a bundle through the lanes:',
  decide: 'Decide:',
  inspect: 'Inspect:',
  identity: 'Say who is who:',
} as const;

/** Every command, in the order in which help shows them. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: 'Write a commented lanekeeper.yaml from what is in this folder',
    group: groups.make,
    load: () => import('./init.js'),
  },
  { name: 'product', summary: 'Add, list and show products', group: groups.make, load: () => import('./product.js') },
  {
    name: 'release',
    summary: 'Make a release bundle from a commit',
    group: groups.make,
    load: () => import('./release.js'),
  },
  {
    name: 'bundle',
    summary: 'List, show, compare, verify, download and recall release bundles, and list their commits',
    group: groups.make,
    load: () => import('./bundle.js'),
  },
  { name: 'evidence', summary: 'Attach and list evidence', group: groups.make, load: () => import('./evidence.js') },
  {
    name: 'plan',
    summary: 'Show the verdicts that the gates of a lane would give a bundle',
    group: groups.move,
    load: () => import('./plan.js'),
  },
  { name: 'promote', summary: 'Promote a bundle to a lane', group: groups.move, load: () => import('./promote.js') },
  {
    name: 'hotfix',
    summary: 'Bring a bundle that cannot wait to a lane',
    group: groups.move,
    load: () => import('./hotfix.js'),
  },
  {
    name: 'rollback',
    summary: 'Roll a lane back to the bundle that was live before',
    group: groups.move,
    load: () => import('./rollback.js'),
  },
  { name: 'abort', summary: 'End a promotion before it is live', group: groups.move, load: () => import('./abort.js') },
  {
    name: 'retry',
    summary: 'Retry a promotion that stopped with a technical error',
    group: groups.move,
    load: () => import('./retry.js'),
  },
  {
    name: 'hold',
    summary: 'Stop the line of a product, of one of its lanes, or of everything',
    group: groups.move,
    load: () => import('./hold.js'),
  },
  {
    name: 'resume',
    summary: 'Lift a hold, so that promotions go on',
    group: groups.move,
    load: () => import('./resume.js'),
  },
  {
    name: 'holds',
    summary: 'List what is held, by whom and why',
    group: groups.inspect,
    load: () => import('./holds.js'),
  },
  {
    name: 'calendar',
    summary: 'List windows, holds, promotions that wait for time, milestones and timeboxes; subscribe to them',
    group: groups.inspect,
    load: () => import('./calendar.js'),
  },
  {
    name: 'window',
    summary: 'Make, list, check and end change and freeze windows',
    group: groups.move,
    load: () => import('./window.js'),
  },
  {
    name: 'approvals',
    summary: 'List what is waiting for your approval, and since when',
    group: groups.decide,
    load: () => import('./approvals.js'),
  },
  {
    name: 'approve',
    summary: 'Approve a promotion, signed with your own key',
    group: groups.decide,
    load: () => import('./approve.js'),
  },
  {
    name: 'reject',
    summary: 'Reject a promotion, or request changes',
    group: groups.decide,
    load: () => import('./reject.js'),
  },
  {
    name: 'actions',
    summary: 'List what you may do about a promotion, with a bundle or in a product, or why not',
    group: groups.decide,
    load: () => import('./actions.js'),
  },
  {
    name: 'status',
    summary: 'Show the lanes and the promotions under way',
    group: groups.inspect,
    load: () => import('./status.js'),
  },
  { name: 'watch', summary: 'Follow a promotion or release', group: groups.inspect, load: () => import('./watch.js') },
  {
    name: 'why',
    summary: 'Explain why a promotion is in its current state',
    group: groups.inspect,
    load: () => import('./why.js'),
  },
  {
    name: 'get',
    summary:
      'List products, releases, bundles, promotions, lanes, decisions, evidence, histories or principals, or show a policy',
    group: groups.inspect,
    load: () => import('./get.js'),
  },
  {
    name: 'find',
    summary: 'Find products, bundles and promotions by the beginning of a name, digest, revision or id',
    group: groups.inspect,
    load: () => import('./find.js'),
  },
  {
    name: 'history',
    summary: 'Show what a run has done, or download its history, which Temporal forgets',
    group: groups.inspect,
    load: () => import('./history.js'),
  },
  {
    name: 'dashboard',
    summary: 'Open the page in a browser, and enrol the key that it signs with',
    group: groups.inspect,
    load: () => import('./dashboard.js'),
  },
  {
    name: 'policy',
    summary: 'Check, draft, publish and compare policies, profiles and promotion definitions, and replay decisions',
    group: groups.decide,
    load: () => import('./policy.js'),
  },
  {
    name: 'transformation',
    summary: 'Put, list, show and retire the initiatives around products, which policies see',
    group: groups.decide,
    load: () => import('./transformation.js'),
  },
  {
    name: 'principal',
    summary: 'List and add people, agents and services, link their addresses, and give them roles',
    group: groups.identity,
    load: () => import('./principal.js'),
  },
  {
    name: 'keys',
    summary: 'Create, list, enrol and revoke keys that sign decisions, builds and commits',
    group: groups.identity,
    load: () => import('./keys.js'),
  },
  {
    name: 'token',
    summary: 'Create, list and revoke tokens for the API',
    group: groups.identity,
    load: () => import('./token.js'),
  },
  {
    name: 'sessions',
    summary: 'List and end the browsers that are signed in',
    group: groups.identity,
    load: () => import('./sessions.js'),
  },
  {
    name: 'enrolment',
    summary: 'List, approve and reject changes of who is who that need a second operator',
    group: groups.identity,
    load: () => import('./enrolment.js'),
  },
  {
    name: 'whoami',
    summary: 'Show who you act as, and on which stack',
    group: groups.inspect,
    load: () => import('./whoami.js'),
  },
  {
    name: 'doctor',
    summary: 'Check this machine and the stack, and say how to fix what is wrong',
    group: groups.inspect,
    load: () => import('./doctor.js'),
  },
  {
    name: 'help',
    summary: 'Explain a command, or the exit codes: lane help exit-codes',
    group: groups.inspect,
    load: () => import('./help.js'),
  },
];
