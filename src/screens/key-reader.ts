/**
 * One key. `alone`: nothing else came with it, so nobody pasted or queued it. `hasty`: sooner after the one before than a person types; a
 * paste on a slow line comes byte by byte. `repeated`: the same again, maybe held down.
 */
export interface KeyPress {
  readonly key: Key;
  readonly alone: boolean;
  readonly hasty: boolean;
  readonly at: number;
  readonly repeated: boolean;
}

/** What came from the keyboard; a paste by its length only. */
export type Pressed = KeyPress | { readonly pasted: number; readonly at: number };

/** A printable character as itself, everything else by name. */
export type Key = string;

const named: Readonly<Record<string, Key>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u001b': 'esc',
  ' ': 'space',
  '\u0003': 'ctrl-c',
  '\u000c': 'ctrl-l',
  '\u001a': 'ctrl-z',
};

const sequences: Readonly<Record<string, Key>> = {
  '[A': 'up',
  '[B': 'down',
  '[C': 'right',
  '[D': 'left',
  OA: 'up',
  OB: 'down',
  OC: 'right',
  OD: 'left',
  '[H': 'home',
  '[F': 'end',
  OH: 'home',
  OF: 'end',
  '[1~': 'home',
  '[4~': 'end',
  '[7~': 'home',
  '[8~': 'end',
  '[5~': 'pgup',
  '[6~': 'pgdn',
  '[Z': 'shift-tab',
};

const pasteBegins = '\u001b[200~';
const pasteEnds = '\u001b[201~';
/** A sequence of a terminal: CSI, SS3, or escape and one character. */
const sequence = /^\u001b(?:\[[0-?]*[ -/]*[@-~]|O[ -~])/;
const unfinished = /^\u001b(?:\[[0-?]*[ -/]*|O)?$/;
/** A longer text between the paste marks is no text any more: a terminal that never sends the end must not take the keyboard. */
const pasteAtMost = 100_000;

/**
 * No person types two keys sooner after each other, not even the thirty a second of a roll over the keyboard. A line of 9600 baud gives a
 * byte each millisecond.
 */
export const fingersMs = 15;

/** As a person presses one: not with others, and not right after one. */
export function isTyped({ alone, hasty }: KeyPress): boolean {
  return alone && !hasty;
}

/** What row 23 and a gate say to a key that came as a paste does. */
export function tooFast(key: Key): string {
  return `too fast for fingers: press ${key} again in a second, alone`;
}

/** The longest that a keyboard waits before it repeats a key that is held down. */
export const repeatsWithinMs = 1000;

/**
 * Bytes of a terminal as keys. Of the same key again within a second nobody knows whether it was held down: it is marked. A lone escape
 * is known as such only after a moment: `flush` says that it has passed.
 */
export class KeyReader {
  #rest = '';
  #pasting: number | undefined;
  #last: { readonly key: Key; readonly at: number } | undefined;
  #cameAt = Number.NEGATIVE_INFINITY;

  /** Something came that may be the beginning of more. */
  get waits(): boolean {
    return this.#rest !== '';
  }

  read(chunk: string, at: number): readonly Pressed[] {
    const found: (Key | { readonly pasted: number })[] = [];
    let text = this.#rest + chunk;
    this.#rest = '';
    while (text !== '') {
      if (this.#pasting !== undefined) {
        const end = text.indexOf(pasteEnds);
        this.#pasting += end === -1 ? text.length : end;
        if (end === -1 && this.#pasting < pasteAtMost) break;
        found.push({ pasted: this.#pasting });
        this.#pasting = undefined;
        text = end === -1 ? '' : text.slice(end + pasteEnds.length);
        continue;
      }
      if (text.startsWith(pasteBegins)) {
        this.#pasting = 0;
        text = text.slice(pasteBegins.length);
        continue;
      }
      if (unfinished.test(text)) {
        this.#rest = text;
        break;
      }
      const [taken, key] = next(text);
      text = text.slice(taken);
      if (key !== undefined) found.push(key);
    }
    return this.#stamped(found, at);
  }

  /** Nothing followed: what waits was a key of its own. */
  flush(at: number): readonly Pressed[] {
    const rest = this.#rest;
    this.#rest = '';
    return rest === '\u001b' ? this.#stamped(['esc'], at) : [];
  }

  #stamped(found: readonly (Key | { readonly pasted: number })[], at: number): readonly Pressed[] {
    const alone = found.length === 1;
    return found.map((each) => {
      const hasty = at - this.#cameAt < fingersMs;
      this.#cameAt = at;
      if (typeof each !== 'string') return { pasted: each.pasted, at };
      const repeated = this.#last?.key === each && at - this.#last.at < repeatsWithinMs;
      this.#last = { key: each, at };
      return { key: each, alone, hasty, at, repeated };
    });
  }
}

/** How much of the text the next key takes, and which it is; none for what means nothing here. */
function next(text: string): readonly [taken: number, key: Key | undefined] {
  const [found] = sequence.exec(text) ?? [];
  if (found !== undefined) return [found.length, sequences[found.slice(1)]];
  const character = String.fromCodePoint(text.codePointAt(0) ?? 0);
  // Escape before a character is that character with Alt: it means nothing here.
  if (character === '\u001b') return [1 + String.fromCodePoint(text.codePointAt(1) ?? 0).length, undefined];
  const name = named[character];
  if (name !== undefined) return [character.length, name];
  return [character.length, /\P{C}/u.test(character) ? character : undefined];
}
