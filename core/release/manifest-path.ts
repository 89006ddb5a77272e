/** The path of the manifest in a bundle. */
export const manifestPath = 'release/agents/manifest.yaml';
