import { list, quote, type Report, suggest } from './problem.ts';
import type { Entry, Tree } from './yaml.ts';

/** A value and its offset in the document. */
export interface Placed<T> {
  readonly value: T;
  readonly at: number;
}

/** The known entries of a map by key; the unknown ones are reported. */
export function known<Key extends string>(
  entries: readonly Entry[],
  keys: readonly Key[],
  what: string,
  report: Report,
): Partial<Record<Key, Entry>> {
  const found: Partial<Record<Key, Entry>> = {};
  for (const entry of entries) {
    const key = keys.find((name) => name === entry.key);
    if (key === undefined) report.add(entry.keyAt, `${what} has no key ${quote(entry.key)}`, suggest(entry.key, keys));
    else found[key] = entry;
  }
  return found;
}

/** One line of text. Undefined when a problem was reported, here or while the YAML was read. */
export function text(entry: Entry, report: Report): string | undefined {
  const { value } = entry;
  if (value.kind === 'text' && value.value.trim() !== '' && !value.value.includes('\n')) return value.value;
  if (value.kind !== 'broken') report.add(value.at, `${quote(entry.key)} must be one line of text`, shown(value));
  return undefined;
}

/** One of these words, exactly. */
export function word<Word extends string>(entry: Entry, words: readonly Word[], report: Report): Word | undefined {
  const { value } = entry;
  const found = words.find((one) => value.kind === 'text' && one === value.value);
  if (found === undefined && value.kind === 'text')
    report.add(value.at, `${quote(entry.key)} cannot be ${quote(value.value)}`, suggest(value.value, words));
  else if (found === undefined && value.kind !== 'broken')
    report.add(value.at, `${quote(entry.key)} must be one of ${list(words)}`, shown(value));
  return found;
}

/** A list of texts without repetition, at least one; with `orOne`, also a single text. Undefined when a problem was reported. */
export function texts(entry: Entry, report: Report, orOne?: 'or one'): Placed<string>[] | undefined {
  const { value } = entry;
  if (value.kind === 'broken') return undefined;
  const items: readonly Tree[] = value.kind === 'list' ? value.items : value.kind === 'text' && orOne ? [value] : [];
  if (items.length === 0) {
    report.add(value.at, `${quote(entry.key)} must be a list of names, at least one`, 'write it like [one, two]');
    return undefined;
  }
  const found: Placed<string>[] = [];
  let fine = true;
  for (const item of items) {
    if (item.kind !== 'text' || item.value === '') {
      if (item.kind !== 'broken') report.add(item.at, `${quote(entry.key)} has an item that is no text`, shown(item));
      fine = false;
    } else if (found.some((other) => other.value === item.value)) {
      report.add(item.at, `${quote(entry.key)} has ${quote(item.value)} twice`, 'delete one');
    } else found.push({ value: item.value, at: item.at });
  }
  return fine ? found : undefined;
}

/** The usual reasons why a value is not text. */
function shown(value: Tree): string | undefined {
  if (value.kind === 'number' || value.kind === 'boolean') return `quote it, if it is text: "${value.value}"`;
  return undefined;
}
