import type { Command } from 'commander';
import type { Act } from '../program/command-module.js';
import { defineEndOrRetry } from '../decision/abort-or-retry.js';

/** `lane retry ID` */
export function define(command: Command, act: Act): void {
  defineEndOrRetry(command, act, {
    verb: 'retry',
    question: (promotion) => `Try ${promotion} again?`,
    send: async (api, signed) => (await api.promotions.retry(signed)).outcome,
  });
}
