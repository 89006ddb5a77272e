/** A colour or weight that picocolors sets or resets, after its escape character; none of these hides a text. */
const colour = /^\[(?:[0-4]|7|2[2-4]|27|29|3[0-79]|4[0-79]|9[0-7]|10[0-7])m$/;

/** What is not seen or changes how its surroundings are seen, but for line breaks and tabs; with what may make it a colour. */
const unseen = /(?![\n\t])\p{C}(?:\[\d{1,3}m)?/gu;

/**
 * A text as a terminal may be given it: what others wrote must not clear it, retitle it, reverse its lines or write to its
 * clipboard. Our own colours stay.
 */
export function harmless(text: string): string {
  return text.replace(unseen, (found) =>
    found.startsWith('\u001b') && colour.test(found.slice(1)) ? found : '\uFFFD',
  );
}

/** JSON in which everything is seen: the same value, for programs and for whoever looks at it in a terminal. */
export function visibleJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(/(?!\n)\p{C}/gu, (found) =>
    // By UTF-16 code units, as JSON has them.
    Array.from({ length: found.length }, (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
      '',
    ),
  );
}
