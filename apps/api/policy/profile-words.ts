import { create } from '@bufbuild/protobuf';
import { believedTransformation } from '../../../activities/policy/believed-transformation.js';
import type { Preparation } from '../../../activities/policy/preparation.js';
import { asLanekeeperError } from '../../../core/errors.js';
import {
  defaultName,
  type EffectiveProfile,
  effectiveProfile,
  type RuleBook,
} from '../../../core/governance/rule-book.js';
import { lexiconWords } from '../../../core/policy/layers/document.js';
import { contextOf } from '../../../core/transformation/context.js';
import { type ProfileWords, ProfileWordsSchema } from '#gen/governance/v1/profile_words_pb.js';
import type { Transaction } from '../../../store/database.js';

interface ProfileOfProduct extends EffectiveProfile {
  /** `transformation/NAME` or `definition/NAME@VERSION`; empty where no profile is in effect. */
  readonly namedBy: string;
}

/**
 * The profile in effect for a product; undefined while the rules or its transformation cannot be relied on, or name
 * one that is not in force: what is shown about a product does not depend on them.
 *
 * @throws Unprepared when the rules have not been verified yet
 */
async function profileOfProduct(
  tx: Transaction,
  known: Preparation,
  product: string,
): Promise<ProfileOfProduct | undefined> {
  const book = await known.rules(tx);
  if ('problem' in book) return undefined;
  try {
    const transformation = await believedTransformation(tx, known, product);
    const effective = effectiveProfile(book, {
      product,
      ...(transformation !== undefined && { transformationProfile: contextOf(transformation).profile }),
    });
    return { ...effective, namedBy: namerOf(effective, book, product, transformation?.name) };
  } catch (error) {
    if (asLanekeeperError(error) === undefined) throw error;
    return undefined;
  }
}

function namerOf({ source }: EffectiveProfile, { definitions }: RuleBook, product: string, transformation = '') {
  if (source === 'platform') return '';
  if (source === 'transformation') return `transformation/${transformation}`;
  const name = source === 'product' ? product : defaultName;
  return `definition/${name}@${String(definitions.get(name)?.version ?? 0)}`;
}

/** The profile of a product for the wire. @throws Unprepared when the rules have not been verified yet */
export async function profileWords(
  tx: Transaction,
  known: Preparation,
  product: string,
): Promise<ProfileWords | undefined> {
  const profile = await profileOfProduct(tx, known, product);
  if (profile === undefined) return undefined;
  const { source, namedBy, found } = profile;
  if (found === undefined) return create(ProfileWordsSchema, { source });
  const { name, title, lexicon, roleMap, dashboards } = found.document;
  return create(ProfileWordsSchema, {
    ...{ name, title, source, namedBy, version: `profile/${name}@${String(found.version)}` },
    lexicon: lexiconWords.flatMap((concept) => {
      const word = lexicon[concept];
      return word === undefined ? [] : [{ concept, one: word.one, many: word.many }];
    }),
    roles: Object.entries(roleMap).map(([method, { title: called, role }]) => ({ name: method, title: called, role })),
    dashboards: [...dashboards],
  });
}
