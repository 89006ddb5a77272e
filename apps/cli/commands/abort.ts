import type { Command } from 'commander';
import type { Act } from '../program/command-module.js';
import { defineEndOrRetry } from '../decision/abort-or-retry.js';

/** `lane abort ID` */
export function define(command: Command, act: Act): void {
  defineEndOrRetry(command, act, {
    verb: 'abort',
    question: (promotion) => `End ${promotion}?`,
    send: async (api, signed) => (await api.promotions.abort(signed)).outcome,
  });
}
