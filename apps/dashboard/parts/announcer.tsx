import { useEffect, useState } from 'react';

const listeners = new Set<(text: string) => void>();

/** Has screen readers say something. */
export function announce(text: string): void {
  for (const listener of listeners) listener(text);
}

/** The live region through which the page speaks; there is one. */
export function Announcer() {
  const [text, setText] = useState('');
  useEffect(() => {
    // The same text again is said again only if the region was empty in between.
    const say = (next: string) => {
      setText('');
      requestAnimationFrame(() => setText(next));
    };
    listeners.add(say);
    return () => void listeners.delete(say);
  }, []);
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {text}
    </div>
  );
}
