import { didYouMean } from '../did-you-mean.js';

/** What is said of a gate that is not there, with the one that was meant. */
export function unknownGate(id: string, known: Iterable<string>): string {
  return `there is no gate ${id}${didYouMean(id, known)}`;
}
