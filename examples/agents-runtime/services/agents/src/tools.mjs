import { stringify } from 'yaml';

/** The tools that a plan can be granted. Each receives the state so far and its settings, and returns the next state. */
export const tools = {
  'text.compose': ({ input }, { template }) => ({ text: template.replaceAll('{name}', input.name ?? 'stranger') }),
  'text.capitalize': ({ text }) => ({ text: text.charAt(0).toUpperCase() + text.slice(1) }),
  'yaml.render': ({ text }, { key }) => ({ document: stringify({ [key]: text }).trim() }),
  // Exists, but no reviewed plan grants it.
  'text.shout': ({ text }) => ({ text: text.toUpperCase() }),
};
