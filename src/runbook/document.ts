import type { BlockContent, DefinitionContent, ListItem, Nodes, PhrasingContent, RootContent } from 'mdast';
import { parse, textOf } from './markdown.ts';

/** Text of one look within a line. */
export interface Inline {
  readonly text: string;
  readonly look?: 'code' | 'strong';
}

export const calloutWords = ['NOTE', 'TIP', 'IMPORTANT', 'WARNING', 'CAUTION'] as const;
export type CalloutWord = (typeof calloutWords)[number];

/** A document as a reader sees it: what a terminal needs to draw it, and no more of Markdown. */
export type DocumentBlock =
  | { readonly kind: 'heading'; readonly depth: number; readonly text: string; readonly id?: string }
  | { readonly kind: 'paragraph'; readonly inlines: readonly Inline[] }
  | { readonly kind: 'quote'; readonly word?: CalloutWord; readonly blocks: readonly DocumentBlock[] }
  | { readonly kind: 'list'; readonly first?: number; readonly items: readonly (readonly DocumentBlock[])[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'table'; readonly rows: readonly (readonly (readonly Inline[])[])[] }
  | { readonly kind: 'rule' };

/** Any Markdown: a runbook, a transcript. What cannot be read as Markdown is given as it is written. */
export function readDocument(text: string): readonly DocumentBlock[] {
  return parse(text)?.children.flatMap(blockOf) ?? [{ kind: 'code', text }];
}

function blockOf(node: RootContent | BlockContent | DefinitionContent): readonly DocumentBlock[] {
  switch (node.type) {
    case 'heading': {
      const last = node.children.at(-1);
      const id = last?.type === 'inlineCode' && node.depth > 1 ? last.value : undefined;
      const text = (id === undefined ? node.children : node.children.slice(0, -1)).map(textOf).join('').trim();
      return [{ kind: 'heading', depth: node.depth, text, ...(id === undefined ? {} : { id }) }];
    }
    case 'paragraph':
      return [{ kind: 'paragraph', inlines: node.children.flatMap((each) => inlineOf(each)) }];
    case 'blockquote':
      return [quoteOf(node.children.flatMap(blockOf))];
    case 'list':
      return [
        {
          kind: 'list',
          ...(node.ordered === true ? { first: node.start ?? 1 } : {}),
          items: node.children.map(itemOf),
        },
      ];
    case 'yaml':
    case 'code':
    case 'html':
      return [{ kind: 'code', text: node.value }];
    case 'table':
      return [
        {
          kind: 'table',
          rows: node.children.map(({ children }) =>
            children.map((cell) => cell.children.flatMap((each) => inlineOf(each))),
          ),
        },
      ];
    case 'thematicBreak':
      return [{ kind: 'rule' }];
    default:
      return [{ kind: 'paragraph', inlines: [{ text: textOf(node as Nodes) }] }];
  }
}

function itemOf({ checked, children }: ListItem): readonly DocumentBlock[] {
  const blocks = children.flatMap(blockOf);
  const [first, ...others] = blocks;
  if (typeof checked !== 'boolean' || first?.kind !== 'paragraph') return blocks;
  return [{ ...first, inlines: [{ text: checked ? '[x] ' : '[ ] ' }, ...first.inlines] }, ...others];
}

/** A quote that begins with `[!WARNING]` and the like. */
function quoteOf(blocks: readonly DocumentBlock[]): DocumentBlock {
  const [first, ...others] = blocks;
  const [head, ...rest] = first?.kind === 'paragraph' ? first.inlines : [];
  const [whole = '', name] = /^\[!([A-Z]+)\]\s*/.exec(head?.text ?? '') ?? [];
  const word = calloutWords.find((each) => each === name);
  if (head === undefined || word === undefined) return { kind: 'quote', blocks };
  const inlines = [{ ...head, text: head.text.slice(whole.length) }, ...rest].filter(({ text }) => text !== '');
  return {
    kind: 'quote',
    word,
    blocks: [...(inlines.length === 0 ? [] : [{ kind: 'paragraph', inlines } as const]), ...others],
  };
}

function inlineOf(node: PhrasingContent, look?: Inline['look']): readonly Inline[] {
  const of = (text: string, how = look): Inline => (how === undefined ? { text } : { text, look: how });
  switch (node.type) {
    case 'inlineCode':
      return [of(node.value, 'code')];
    case 'strong':
    case 'emphasis':
      return node.children.flatMap((each) => inlineOf(each, 'strong'));
    case 'link': {
      const inner = node.children.flatMap((each) => inlineOf(each, look));
      const same = inner.map(({ text }) => text).join('') === node.url;
      return same ? inner : [...inner, of(` (${node.url})`)];
    }
    case 'image':
      return [of(`${node.alt ?? ''} (${node.url})`)];
    case 'break':
      return [of(' ')];
    default:
      return [of(textOf(node))];
  }
}
