import { type Words, wordsFrom } from '../../../core/policy/words-of-profile.js';
import type { Context } from '../program/context.js';

/** The words in which the people of a product speak; ours where it is about several, or about none. */
export async function wordsFor(context: Context, product: string | undefined): Promise<Words> {
  if (product === undefined || product === '') return wordsFrom([]);
  const { profile } = await (await context.api()).products.getProduct({ name: product });
  return wordsFrom(profile?.lexicon ?? []);
}

/** Those of the product of a promotion. */
export async function wordsAbout(context: Context, promotion: string): Promise<Words> {
  const { promotion: found } = await (await context.api()).promotions.getPromotion({ promotionId: promotion });
  return wordsFor(context, found?.product);
}

/** A word as the heading of a column. */
export function heading(words: Words, concept: Parameters<Words['one']>[0]): string {
  return words.one(concept).toUpperCase();
}
