import { nearest } from '../base/nearest.ts';
/** One thing wrong with a runbook, at a place in its file. Lines and columns count from 1, columns in UTF-16 units. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** What to write instead, or where to look. */
  readonly suggestion?: string;
}

/** `file:line:column: message`, the form that editors jump to, with the suggestion on a line of its own. */
export function formatProblem({ file, line, column, message, suggestion }: Problem): string {
  const head = `${file}:${line}:${column}: ${message}`;
  return suggestion === undefined ? head : `${head}\n    ${suggestion}`;
}

/** Collects every problem of one file, so that the author mends them in one go. Places are offsets into `text`. */
export class Report {
  readonly #found: (Problem & { readonly at: number })[] = [];
  readonly #told = new Set<string>();
  readonly #lineStarts: number[];
  readonly file: string;

  constructor(file: string, text: string) {
    this.file = file;
    this.#lineStarts = [0];
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  get empty(): boolean {
    return this.#found.length === 0;
  }

  add(at: number, message: string, suggestion?: string): void {
    const same = `${at} ${message}`;
    if (this.#told.has(same)) return;
    this.#told.add(same);
    const line = this.lineAt(at);
    const column = at - (this.#lineStarts[line - 1] ?? 0) + 1;
    this.#found.push({
      at,
      file: this.file,
      line,
      column,
      message,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  }

  lineAt(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  problems(): Problem[] {
    return this.#found.toSorted((a, b) => a.at - b.at).map(({ at: _, ...problem }) => problem);
  }
}

/** A name from the document inside a message: one line, and short whatever the document holds. */
export function quote(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return `\`${JSON.stringify(short).slice(1, -1)}\``;
}

export function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map(quote).join(', ');
}

/** `did you mean …?`, or the names there are when none is near. */
export function suggest(wrong: string, names: Iterable<string>): string | undefined {
  const all = [...names];
  const near = nearest(wrong, all);
  if (near !== undefined) return `did you mean ${quote(near)}?`;
  if (all.length === 0) return undefined;
  return all.length <= 12 ? `known: ${list(all)}` : `known: ${list(all.slice(0, 12))} and ${all.length - 12} more`;
}
