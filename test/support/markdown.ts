import { parsers } from 'prettier/plugins/markdown';

/** A node of a Markdown document. */
interface Node {
  readonly type: string;
  readonly value?: string;
  readonly depth?: number;
  readonly children?: readonly Node[];
}

/** A Markdown document as another program reads it, with links from bare addresses: `heading(4,text("Next"))`, and so on. */
export async function structureOf(markdown: string): Promise<string> {
  const { markdown: parser } = parsers;
  // The parser takes options that it does not use.
  return structure((await parser.parse(markdown, {} as never)) as Node);
}

/** Without what is in code, which is shown as it is. */
function structure({ type, value, depth, children = [] }: Node): string {
  const own = type === 'inlineCode' || type === 'code' || value === undefined ? [] : [JSON.stringify(value)];
  const level = depth === undefined ? [] : [String(depth)];
  return `${type}(${[...level, ...own, ...children.map(structure)].join(',')})`;
}
