import type { CaseReport, Mismatch } from './report.js';

/** What became of tests as JUnit XML, one suite for each file. */
export function junitOf(cases: readonly CaseReport[]): string {
  const suites = [...new Set(cases.map(({ file }) => file))].map((file) =>
    suiteOf(
      file,
      cases.filter((one) => one.file === file),
    ),
  );
  const total = `tests="${String(cases.length)}" failures="${String(failures(cases))}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${total}>\n${suites.join('')}</testsuites>\n`;
}

function suiteOf(file: string, cases: readonly CaseReport[]): string {
  const counts = `tests="${String(cases.length)}" failures="${String(failures(cases))}" errors="0" skipped="0"`;
  return `  <testsuite name="${escaped(file)}" ${counts}>\n${cases.map(caseOf).join('')}  </testsuite>\n`;
}

function failures(cases: readonly CaseReport[]): number {
  return cases.filter(({ mismatches }) => mismatches.length > 0).length;
}

function caseOf({ test, name, file, line, mismatches }: CaseReport): string {
  const head = `    <testcase classname="${escaped(test)}" name="${escaped(name)}" file="${escaped(file)}" line="${String(line)}"`;
  if (mismatches.length === 0) return `${head}/>\n`;
  const words = mismatches.map(wordsOfMismatch);
  const message = escaped(words[0] ?? '');
  return `${head}>\n      <failure message="${message}">${escaped(words.join('\n'))}</failure>\n    </testcase>\n`;
}

/** A mismatch in one line. */
export function wordsOfMismatch({ gate, what, expected, actual, explanation, reads }: Mismatch): string {
  const subject = gate === undefined ? `the ${what}` : `gate ${gate}: its ${what}`;
  const read = reads.map(({ path, value }) => `${path} = ${JSON.stringify(value)}`).join(', ');
  const because = what === 'explanation' ? '' : `: ${explanation}`;
  return `${subject} is ${actual}, expected ${expected}${because}${read === '' ? '' : `; its rule has read ${read}`}`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
  '\t': '&#9;',
  '\r': '&#13;',
};

/** A text within XML 1.0, which has no way to write most control characters: those and lone surrogates are replaced. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"'\n\t\r]/g, (found) => entities[found] ?? found);
}
