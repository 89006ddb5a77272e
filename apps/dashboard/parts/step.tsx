import { Command } from './copy.js';
import { sentence } from './notes.js';

/** What to do next, as the server says it: the command in it, if there is one, ready to copy. */
export function Step({ text }: { readonly text: string }) {
  const [, before = '', command] = /^(?:(.*?):?\s)?(lane [a-z].*)$/s.exec(text) ?? [];
  if (command === undefined) return <span>{sentence(text)}</span>;
  return (
    <span>
      {before !== '' && <span>{sentence(before)}: </span>}
      <Command command={command} label="" />
    </span>
  );
}
