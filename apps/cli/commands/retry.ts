import type { Command } from 'commander';
import type { MakeAction } from '../program/command-module.js';
import { defineAbortOrRetry } from '../decision/abort-or-retry.js';

/** `lane retry ID` */
export function define(command: Command, makeAction: MakeAction): void {
  defineAbortOrRetry(command, makeAction, {
    verb: 'retry',
    question: (promotion) => `Retry ${promotion}?`,
    send: async (api, signed) => (await api.promotions.retry(signed)).outcome,
  });
}
