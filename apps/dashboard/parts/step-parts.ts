/** A part of what to do next. */
export interface StepPart {
  /** What leads to the command, without its colon; all of it where there is no command. */
  readonly words: string;
  /** As it is typed; empty where there is none. */
  readonly command: string;
}

/** The parts of a step as the server says it, each with its own command. */
export function partsOfStep(text: string): readonly StepPart[] {
  return splitUnquoted(text).map((part) => {
    if (isCommand(part)) return { words: '', command: part };
    // The first one: what is quoted comes after the command that it belongs to.
    const [, words = part, command = ''] = /^(.*?):?\s(lane [a-z].*)$/s.exec(part) ?? [];
    return { words, command };
  });
}

function isCommand(text: string): boolean {
  return /^lane [a-z]/.test(text);
}

/**
 * Splits at semicolons that are followed by a space and stand outside of quotes, as a shell reads them: what commits say of people is
 * quoted in commands, and no part of that is to look like a command of its own.
 */
function splitUnquoted(text: string): readonly string[] {
  const parts: string[] = [];
  let [from, at] = [0, 0];
  while (at < text.length) {
    const quoteEnd = text[at] === "'" ? text.indexOf("'", at + 1) : -1;
    if (text[at] === '\\') at += 2;
    else if (quoteEnd >= 0) at = quoteEnd + 1;
    else if (text.startsWith('; ', at)) {
      parts.push(text.slice(from, at));
      at += 2;
      from = at;
    } else at += 1;
  }
  return [...parts, text.slice(from)];
}
