import type { Json } from '../base/json.ts';
import { quote, type Report } from './problem.ts';
import type { Reference } from './runbook.ts';
import { type Tree, toJson } from './yaml.ts';

/** `$name` or `$name.field.field`; undefined when the text is anything else. */
export function parseReference(text: string): Reference | undefined {
  if (!/^\$[a-z][a-z0-9-]*(\.[A-Za-z][A-Za-z0-9_-]*)*$/.test(text)) return undefined;
  return { $ref: text.slice(1).split('.') };
}

export function formatReference({ $ref }: Reference): string {
  return `$${$ref.join('.')}`;
}

export function isReference(value: Json | Reference): value is Reference {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && '$ref' in value;
}

/** The value of one entry of `with:`; undefined when a problem was reported. */
export function readValue(tree: Tree, report: Report): Json | Reference | undefined {
  const reference = tree.kind === 'text' ? parseReference(tree.value) : undefined;
  return reference ?? readLiteral(tree, report);
}

/**
 * A value without references. A dollar is always written `$$`, wherever it stands, so that no text looks as if something would be put
 * in there. Undefined when a problem was reported.
 */
export function readLiteral(tree: Tree, report: Report): Json | undefined {
  const problemsBefore = checkDollars(tree, report);
  const json = problemsBefore ? toJson(tree) : undefined;
  return json === undefined ? undefined : unescapeDollars(json);
}

function checkDollars(tree: Tree, report: Report): boolean {
  if (tree.kind === 'list') return tree.items.map((item) => checkDollars(item, report)).every(Boolean);
  if (tree.kind === 'map') {
    // A map `{$ref: […]}` would pass for a reference that nobody has checked.
    const keys = tree.entries.filter(({ key }) => key.startsWith('$'));
    for (const { key, keyAt } of keys)
      report.add(keyAt, `the key ${quote(key)} starts with a dollar`, 'only values can be references');
    return tree.entries.map(({ value }) => checkDollars(value, report)).every(Boolean) && keys.length === 0;
  }
  if (tree.kind !== 'text' || !tree.value.replaceAll('$$', '').includes('$')) return true;
  if (parseReference(tree.value))
    report.add(
      tree.at,
      `the reference ${quote(tree.value)} cannot stand here`,
      'a reference is the whole value of an entry of `with:`',
    );
  else
    report.add(
      tree.at,
      `${quote(tree.value)} has a dollar and is no reference`,
      'a reference is a whole value, `$name` or `$name.field`; write `$$` for a dollar',
    );
  return false;
}

function unescapeDollars(value: Json): Json {
  if (typeof value === 'string') return value.replaceAll('$$', () => '$');
  if (Array.isArray(value)) return value.map(unescapeDollars);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unescapeDollars(inner)]));
}
