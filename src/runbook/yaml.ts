import { isMap, isScalar, isSeq, type ParsedNode, Parser, parseDocument, type YAMLMap } from 'yaml';
import type { Json } from '../base/json.ts';
import { hasUnseen } from './bytes.ts';
import { quote, type Report } from './problem.ts';

/** A YAML value and its offset in the document. `broken` has been reported: whoever meets it stays silent. */
export type Tree = { readonly at: number } & (
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | { readonly kind: 'map'; readonly entries: readonly Entry[] }
  | { readonly kind: 'broken' }
);
export interface Entry {
  readonly key: string;
  readonly keyAt: number;
  readonly value: Tree;
}

const maxDepth = 20;

/** Part of the document that is YAML: `source` is found at `base`, character for character. */
export interface Part {
  readonly source: string;
  readonly base: number;
}

/**
 * YAML 1.2 core without anchors, aliases, tags, directives, document marks, merge keys, repeated keys, empty values and numbers that
 * JSON would change. Reports everything else, and is `broken` then if nothing can be made of it; undefined when there is no value.
 */
export function readYaml(part: Part, comments: 'comments' | 'no comments', report: Report): Tree | undefined {
  if (!refuseTokens(part, comments, report)) return { kind: 'broken', at: part.base };
  const document = parseDocument(part.source, {
    version: '1.2',
    schema: 'core',
    merge: false,
    stringKeys: true,
    strict: true,
    uniqueKeys: false, // ours reports every repeated key, at the key
    prettyErrors: false,
    logLevel: 'silent',
  });
  // Only the first: what follows an error in the syntax is mostly its echo.
  const [error] = [...document.errors, ...document.warnings];
  if (error) {
    report.add(part.base + Math.min(error.pos[0], part.source.length), `not YAML: ${error.message}`);
    return { kind: 'broken', at: part.base };
  }
  if (document.contents === null) return undefined;
  return tree(document.contents as ParsedNode, part, report);
}

interface Token {
  readonly type?: string;
  readonly offset?: number;
  readonly source?: string;
  readonly [key: string]: unknown;
}

const refused: { readonly [type: string]: readonly [message: string, suggestion: string] } = {
  anchor: ['anchors are not part of a runbook', 'write the value where it is used'],
  alias: ['aliases are not part of a runbook', 'write the value where it is used'],
  tag: ['tags are not part of a runbook', 'a value has the type that it shows; quote what must be text'],
  directive: ['directives are not part of a runbook', 'delete the line'],
  'doc-start': ['`---` begins a second document', 'delete the line'],
  'doc-end': ['`...` ends the document', 'delete the line'],
  // Otherwise `#gate: typed` would be read by people and skipped by the program.
  comment: ['a comment inside a step is seen as part of it and ignored', 'say it in the text of the section'],
};

/** Looks at the tokens before they are composed: they carry exact places, and composing recurses without a limit. */
function refuseTokens({ source, base }: Part, comments: 'comments' | 'no comments', report: Report): boolean {
  let fine = true;
  const open: { readonly token: Token; readonly depth: number }[] = [];
  for (const token of new Parser().parse(source)) open.push({ token: token as unknown as Token, depth: 0 });
  for (let next = open.pop(); next; next = open.pop()) {
    const { token, depth } = next;
    const words = refused[token.type ?? ''];
    if (words && !(token.type === 'comment' && comments === 'comments')) {
      report.add(base + (token.offset ?? 0), ...words);
      fine &&= token.type === 'comment';
    }
    if (depth > maxDepth * 2) {
      report.add(
        base + (token.offset ?? 0),
        `values are nested more than ${maxDepth} deep`,
        'a step is flatter than this',
      );
      return false;
    }
    for (const part of ['start', 'key', 'sep', 'value', 'end', 'items', 'props']) {
      const inner = token[part];
      for (const child of Array.isArray(inner) ? inner : [inner])
        if (typeof child === 'object' && child !== null) open.push({ token: child as Token, depth: depth + 1 });
    }
  }
  return fine;
}

function tree(node: ParsedNode | null, part: Part, report: Report, keyAt?: number): Tree {
  const { base, source } = part;
  const at = node ? base + node.range[0] : (keyAt ?? base);
  const broken = (where: number, message: string, suggestion: string): Tree => {
    report.add(where, message, suggestion);
    return { kind: 'broken', at };
  };
  if (isSeq(node)) return { kind: 'list', at, items: node.items.map((item) => tree(item as ParsedNode, part, report)) };
  if (isMap(node)) return { kind: 'map', at, entries: entries(node as YAMLMap.Parsed, part, report) };
  const value: unknown = isScalar(node) ? node.value : null;
  if (typeof value === 'boolean') return { kind: 'boolean', at, value };
  if (typeof value === 'string') {
    const written = node ? source.slice(node.range[0], node.range[1]) : '';
    // Written out, it has been reported already.
    if (!hasUnseen(written) && hasUnseen(value.replaceAll('\r\n', '\n')))
      return broken(at, 'a character that no reader sees, written as an escape', 'delete it');
    return { kind: 'text', at, value };
  }
  if (typeof value !== 'number')
    return broken(keyAt ?? at, 'the value is empty', 'write a value, `""` for an empty text, or leave the key out');
  // 12345678901234567890 would become another number on its way through JSON.
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    return broken(at, 'a number that cannot be kept exactly', 'quote it, if it is text');
  return { kind: 'number', at, value };
}

function entries(map: YAMLMap.Parsed, part: Part, report: Report): Entry[] {
  const seen = new Map<string, Entry>();
  for (const pair of map.items) {
    const key = String(isScalar(pair.key) ? pair.key.value : '');
    const keyAt = part.base + (pair.key?.range?.[0] ?? map.range[0]);
    if (key === '<<') report.add(keyAt, 'merge keys are not part of a runbook', 'write the keys where they are used');
    if (seen.has(key)) report.add(keyAt, `the key ${quote(key)} is there twice`, 'delete one');
    const entry = { key, keyAt, value: tree(pair.value, part, report, keyAt) };
    if (!seen.has(key)) seen.set(key, entry);
  }
  return [...seen.values()];
}

/** As JSON; undefined when a part of it is broken. */
export function toJson(tree: Tree): Json | undefined {
  if (tree.kind === 'broken') return undefined;
  if (tree.kind === 'list') {
    const items = tree.items.map(toJson);
    return items.some((item) => item === undefined) ? undefined : (items as Json[]);
  }
  if (tree.kind !== 'map') return tree.value;
  const all = tree.entries.map(({ key, value }) => [key, toJson(value)] as const);
  return all.some(([, value]) => value === undefined) ? undefined : (Object.fromEntries(all) as Json);
}
