import type { Command } from 'commander';
import type { MakeAction } from '../program/command-module.js';
import { defineAbortOrRetry } from '../decision/abort-or-retry.js';

/** `lane abort ID` */
export function define(command: Command, makeAction: MakeAction): void {
  defineAbortOrRetry(command, makeAction, {
    verb: 'abort',
    question: (promotion) => `Abort ${promotion}?`,
    send: async (api, signed) => (await api.promotions.abort(signed)).outcome,
  });
}
