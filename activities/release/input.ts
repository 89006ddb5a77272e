import { parseDigest } from '../../core/digest.js';
import { parseName, parseRevision } from '../../core/ids.js';
import { flag, instant, listOf, matching, objectOf, oneOf, optional, text, wholeNumber } from '../../core/input.js';
import { parseRepositoryLocation } from '../../core/release/input.js';

/**
 * The inputs of the build activities, as closed types with the bounds of `core/schemas/product.schema.json`. Names become
 * folders and variables, paths become folders: none may lead elsewhere.
 */

const path = matching(
  /^(?!\/|-)(?!(?:.*\/)?\.\.(?:\/|$))[A-Za-z0-9@._/ -]{1,300}$/,
  'a relative path that stays inside its folder',
);
const commands = listOf(text(2000), 20);
const maxSeconds = 3600;

const service = objectOf({
  name: parseName,
  path,
  nodeMajor: wholeNumber(18, 99),
  build: commands,
  entry: path,
  include: optional(listOf(path, 100)),
  health: matching(/^\/[A-Za-z0-9._~/-]{0,199}$/, 'a URL path'),
  test: commands,
  route: flag,
});

const common = {
  archive: parseDigest,
  repository: parseRepositoryLocation,
  revision: parseRevision,
  committedAt: instant,
  timeoutSeconds: wholeNumber(1, maxSeconds),
};

const built = objectOf({
  service: parseName,
  image: parseDigest,
  size: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  nodeVersion: text(40),
});

const images = listOf(objectOf({ service: parseName, image: parseDigest }), 20);

/** What each build activity accepts. */
export const buildInputs = {
  fetchSource: objectOf({ repository: parseRepositoryLocation, revision: parseRevision, product: parseName }),
  buildImage: objectOf({ ...common, service }),
  describeImage: objectOf({ ...common, service, built, startedOn: instant, finishedOn: instant }),
  packSdk: objectOf({
    ...common,
    sdk: objectOf({ name: parseName, language: oneOf('typescript'), path, build: commands }),
  }),
  qualifyImage: objectOf({ ...common, service, images }),
} as const;
