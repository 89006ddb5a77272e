import { parseDigest } from '../../core/digest.js';
import { parseName } from '../../core/ids.js';
import { instant, listOf, objectOf, text, wholeNumber } from '../../core/input.js';
import { parseRepositoryLocation } from '../../core/release/input.js';

/**
 * The inputs of the build activities, as closed types. They name parts of the commit; what those are is read from the
 * commit itself, and which commit it is from the id of the calling workflow.
 */

const source = { archive: parseDigest, commit: parseDigest, repository: parseRepositoryLocation };

const built = objectOf({
  service: parseName,
  image: parseDigest,
  size: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  nodeVersion: text(40),
});

const images = listOf(objectOf({ service: parseName, image: parseDigest }), 20);

/** What each build activity accepts. */
export const buildInputs = {
  fetchSource: objectOf({ repository: parseRepositoryLocation }),
  buildImage: objectOf({ ...source, service: parseName }),
  describeImage: objectOf({ ...source, service: parseName, built, startedOn: instant, finishedOn: instant }),
  packSdk: objectOf({ ...source, sdk: parseName }),
  describeSdk: objectOf({
    ...source,
    sdk: parseName,
    packed: parseDigest,
    nodeVersion: text(40),
    startedOn: instant,
    finishedOn: instant,
  }),
  qualifyImage: objectOf({ ...source, service: parseName, images }),
} as const;
