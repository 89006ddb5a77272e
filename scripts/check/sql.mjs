import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { sources } from '../folders.mjs';
import { root } from '../setup/paths.mjs';
import { filesIn } from './files.mjs';

/** Where SQL may be written: the store, and what looks at the database from outside of the product. */
const allowed = ['store', 'bench', 'test'];

// Prose goes on with one of these where SQL has a name.
const prose = '(?!(?:the|an?|its|your|this|that|these|those|all|each|one|it|them|which|what)(?:\\s|$))';
// A name of SQL; `$` stands for what a template puts in.
const name = `${prose}[\\w."$]+`;
const ifExists = '(?:if\\s+(?:not\\s+)?exists\\s+)?';
const clause = '(?:where|order|group|limit|offset|for|union|having|using|join|left|right|inner|cross|full|natural)';

const beginnings = [
  `select\\s+${prose}[\\s\\S]*?\\sfrom\\s+(?:\\(|${name}(?:\\s+(?:as\\s+)?\\w+)?\\s*(?:[;,)]|$|\\s${clause}\\b))`,
  "select\\s+(?:\\d+(?:\\s|$)|'|\\$|[\\w.]+\\(|current_\\w+)",
  `insert\\s+into\\s+${name}\\s*(?:\\(|$|\\s(?:select|values|default)\\b)`,
  `update\\s+(?:only\\s+)?${name}(?:\\s+(?:as\\s+)?\\w+)?\\s+set\\s`,
  `delete\\s+from\\s+(?:only\\s+)?${name}(?:\\s+(?:as\\s+)?\\w+)?\\s*(?:;|$|\\s(?:where|using|returning)\\b)`,
  `with\\s+(?:recursive\\s+)?${name}\\s*(?:\\([^)]*\\)\\s*)?as\\s+(?:(?:not\\s+)?materialized\\s+)?\\(`,
  `(?:create|alter|drop)\\s+(?:table|database|schema|role|sequence|extension)\\s+${ifExists}${name}` +
    '\\s*(?:;|\\(|$|\\s(?:as|with|login|password|owner|add|alter|drop|rename|set|cascade|partition)\\b)',
  '(?:create|alter|drop)\\s+(?:or\\s+replace\\s+|unique\\s+|materialized\\s+)*' +
    `(?:index|user|view|function|trigger|policy|type|domain)\\s+${ifExists}${name}` +
    '\\s*(?:;|\\(|\\s(?:as|on|before|after|with|login|password|owner|rename|set|cascade)\\s)',
  `truncate\\s+table\\s+${name}`,
  '(?:(?:un)?listen|notify)\\s+(?:"[^"]+"|\\$|\\w+_\\w+)\\s*(?:;|,|$)',
  `lock\\s+(?:table\\s+${name}\\s*(?:;|$|\\sin\\b)|${name}\\s+in\\s+[a-z ]+\\smode)`,
  `set\\s+(?:local|session)\\s+${name}\\s*(?:=|to\\b)`,
].map((pattern) => new RegExp(`^\\s*${pattern}`, 'i'));

/** The text of a literal, with `$` for what a template puts in; undefined for anything else. */
function textOf(node) {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  return ts.isTemplateExpression(node)
    ? [node.head, ...node.templateSpans.map((span) => span.literal)].map(({ text }) => text).join('$')
    : undefined;
}

/** Whether a literal names the client of PostgreSQL in an import of any form. */
function importsClient(node, text) {
  const { parent } = node;
  const imports =
    ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isExternalModuleReference(parent);
  const calls =
    ts.isCallExpression(parent) &&
    (parent.expression.kind === ts.SyntaxKind.ImportKeyword || parent.expression.getText() === 'require');
  return /^pg(\/|$)/.test(text) && (imports || calls || ts.isLiteralTypeNode(parent));
}

/** The SQL in a source text, and its imports of the client of PostgreSQL: each with the line where it begins. */
export function sqlIn(file, source) {
  const found = [];
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const visit = (node) => {
    const text = textOf(node);
    const line = () => tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    if (text !== undefined && importsClient(node, text)) found.push({ line: line(), what: `import of ${text}` });
    else if (text !== undefined && beginnings.some((beginning) => beginning.test(text))) {
      found.push({ line: line(), what: `SQL "${text.trim().replace(/\s+/g, ' ').slice(0, 60)}"` });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** SQL, and imports of the client of PostgreSQL, outside of the store. */
export async function findSqlOutsideStore() {
  const problems = [];
  for (const folder of sources.filter((each) => !allowed.includes(each))) {
    for await (const file of filesIn(join(root, folder), /\.[cm]?[jt]s$/)) {
      const found = sqlIn(file, await readFile(file, 'utf8'));
      for (const { line, what } of found)
        problems.push(`${relative(root, file)}:${line}: ${what}; it belongs in store/`);
    }
  }
  return problems;
}
