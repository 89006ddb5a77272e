/**
 * The convention of images that the embedded lane target runs: an application below `/app` with its production
 * dependencies, started by `node <entry>`, listening on `PORT` of the loopback interface, answering its health path
 * with 200.
 */
export const convention = 'node-app/v1';

/** The folder of the application in the image. */
export const applicationFolder = 'app';

/** The labels in the image configuration. */
export const label = {
  convention: 'dev.lanekeeper.convention',
  /** The lowest major version of Node that the application runs on. */
  node: 'dev.lanekeeper.node',
  /** The path that answers 200 once the application is ready. */
  health: 'dev.lanekeeper.health',
  title: 'org.opencontainers.image.title',
  revision: 'org.opencontainers.image.revision',
} as const;

/** Media types of the OCI image specification. */
export const mediaType = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const;
