import { safeText } from '../base/safe-text.ts';

const mark = '[redacted]';
/** From here on a secret is looked for inside of words too; shorter ones would hit hashes, ids and numbers. */
const anywhere = 8;
const shortest = 4;
const word = /^\w$/;

/** Why a secret cannot be kept out of text reliably. Whoever gave it says so to the operator: it should be changed. */
export type Unredactable = 'too-short' | 'public-name';

/**
 * The one place where secrets are removed: before journal, output files, transcript and screen (design §6.14). Known values only, in the
 * forms in which they travel. Nothing is guessed from how text looks: that would eat UUIDs, positions and hashes.
 */
export class Redactor {
  readonly #forms = new Map<string, Form>();
  readonly #publicNames: readonly string[];
  #pattern: RegExp | undefined;

  /** `publicNames`: cluster, namespace, objects. A password that is part of one cannot be removed without breaking the journal. */
  constructor(publicNames: readonly string[] = []) {
    this.#publicNames = [mark, ...publicNames];
  }

  /** Undefined: from now on no form of it survives. */
  add(secret: string): Unredactable | undefined {
    const trimmed = secret.trim();
    if (trimmed.length < shortest) return 'too-short';
    const forms = [...new Set([secret, trimmed])].flatMap(formsOf);
    const pattern = patternOf(forms);
    if (this.#publicNames.some((name) => name.search(pattern) !== -1)) return 'public-name';
    for (const form of forms) this.#forms.set(form.source, form);
    this.#pattern = patternOf([...this.#forms.values()]);
    return undefined;
  }

  text(text: string): string {
    const pattern = this.#pattern;
    if (pattern === undefined) return text;
    let clean = text;
    // What stood on both sides of a secret may be one itself, now that they are neighbours.
    for (let round = 0; round < 8 && clean.search(pattern) !== -1; round++) clean = clean.replace(pattern, mark);
    return clean.search(pattern) === -1 ? clean : mark;
  }

  /** The same value with every text in it, keys too, made clean. Unchanged values stay the very object. */
  json<T>(value: T): T {
    return (this.#pattern === undefined ? value : this.#deep(value)) as T;
  }

  #deep(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) {
      const items = value.map((item) => this.#deep(item));
      return items.every((item, index) => item === value[index]) ? value : items;
    }
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const clean = entries.map(([key, inner]) => [this.text(key), this.#deep(inner)] as const);
    const same = clean.every(([key, inner], index) => key === entries[index]?.[0] && inner === entries[index]?.[1]);
    return same ? value : Object.fromEntries(clean);
  }
}

function patternOf(sources: readonly Form[]): RegExp {
  // The longest first: a form may be the beginning of another.
  const all = sources.toSorted((a, b) => b.length - a.length).map(({ source }) => source);
  return new RegExp(all.join('|'), 'gu');
}

/** A regular expression's source, and how long a text it stands for. */
interface Form {
  readonly source: string;
  readonly length: number;
}

function formsOf(secret: string): Form[] {
  const base64 = base64Forms(secret).map((text) => ({ source: asWord(text, literal(text)), length: text.length }));
  return [{ source: asWord(secret, [...secret].map(written).join('')), length: secret.length }, ...base64];
}

/** A short form counts only where no letter or digit is beside it. */
function asWord(form: string, source: string): string {
  if (form.length >= anywhere) return source;
  return `${word.test(form.slice(0, 1)) ? '(?<!\\w)' : ''}${source}${word.test(form.slice(-1)) ? '(?!\\w)' : ''}`;
}

function literal(text: string): string {
  return text.replaceAll(/[^\w]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
}

/** One character as it is, and as JSON, a URL, a form, a shell, SQL and a safe terminal write it: each for itself, as they mix. */
function written(character: string): string {
  const percent = encodeURIComponent(character.toWellFormed());
  const hex = Buffer.from(character, 'utf8').toString('hex').replaceAll(/../g, '%$&');
  const units = Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('');
  const ways = [
    character,
    JSON.stringify(character).slice(1, -1),
    safeText(character),
    // As Markdown that shows it.
    safeText(character).replaceAll('\\', '\\\\'),
    units,
    units.toUpperCase().replaceAll('\\U', '\\u'),
  ];
  if (character === ' ') ways.push('+');
  if (/[!-/:-@[-`{-~]/.test(character)) ways.push(`\\${character}`);
  if (/['"]/.test(character))
    ways.push(character + character, `\\${character}`, `${character}\\${character}${character}`);
  for (const url of [percent, hex]) ways.push(url, url.toUpperCase(), url.toLowerCase());
  const unique = [...new Set(ways)].filter((way) => way !== '' && (way === character || /[^\w]/u.test(way)));
  return `(?:${unique
    .toSorted((a, b) => b.length - a.length)
    .map(literal)
    .join('|')})`;
}

/** Base64 of the secret alone, and what is always the same of it in the base64 of a longer text, at each of the three offsets. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const inside = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
  });
  const all = [bytes.toString('base64'), ...inside.filter((form) => form.length >= 5)];
  return [...new Set(all.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]))];
}
