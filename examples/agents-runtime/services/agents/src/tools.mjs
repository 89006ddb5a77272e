import { stringify } from 'yaml';

/** The tools that a plan can be granted. Each takes the state so far and its settings, and returns the next state. */
export const tools = {
  'text.compose': ({ input }, { template }) => ({ text: template.replaceAll('{name}', input.name ?? 'stranger') }),
  'text.capitalize': ({ text }) => ({ text: text.charAt(0).toUpperCase() + text.slice(1) }),
  'yaml.render': ({ text }, { key }) => ({ document: stringify({ [key]: text }).trim() }),
  // Exists, and is granted by no plan that was reviewed.
  'text.shout': ({ text }) => ({ text: text.toUpperCase() }),
};
