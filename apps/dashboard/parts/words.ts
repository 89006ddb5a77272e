import { useQuery } from '@connectrpc/connect-query';
import type { ProfileWords } from '#gen/governance/v1/profile_words_pb.js';
import { ProductService } from '#gen/release/v1/product_service_pb.js';
import { type Words, wordsFrom, wordsOf } from '../../../core/policy/words-of-profile.js';

/** The words of Lanekeeper, for what is about several products. */
const neutral = wordsOf();

/** The methodology profile in effect for a product, if it is known; an empty name asks for none. */
export function useProfile(product: string): ProfileWords | undefined {
  const { data } = useQuery(ProductService.method.getProduct, { name: product }, { enabled: product !== '' });
  return data?.profile;
}

/** The words in which the people of a product speak; ours until they are known. */
export function useWords(product: string): Words {
  const profile = useProfile(product);
  return profile === undefined ? neutral : wordsFrom(profile.lexicon);
}
