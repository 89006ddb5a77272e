import { Command } from './copy.js';
import { sentence } from './notes.js';
import { partsOfStep } from './step-parts.js';

/** What to do next, as the server says it: each command in it ready to copy. */
export function Step({ text }: { readonly text: string }) {
  return (
    <span>
      {partsOfStep(text).map(({ words, command }, index) => (
        // Parts have no other name than their place.
        <span key={index}>
          {index > 0 && ' '}
          {words !== '' && <span>{command === '' ? sentence(words) : `${sentence(words)}: `}</span>}
          {command !== '' && <Command command={command} label="" />}
        </span>
      ))}
    </span>
  );
}
