/** What a person at a terminal has: a screen and a keyboard. */
export interface Console {
  screen(): string;
  press(bytes: string): void;
}

export type Says = string | RegExp | ((screen: string) => boolean);

/** What the robot does at a gate: `yes` types the name where one is wanted. */
export type Policy = (screen: string) => 'yes' | 'no';

const patienceMs = 15_000;
/** The same key again within a second is one held down. */
const sameKeyMs = 1050;
/** Between any two keys: a person, not a paste. */
const fingerMs = 40;
/** Where the machine is busy, keys that were pressed apart are read together: the program says so, and the robot tries again. */
const triesAtMost = 5;
const retryMs = 1500;
const isTooFast = (screen: string) => screen.includes('too fast for fingers');

/** An operator who only sees the screen and only presses keys. */
export class Robot {
  readonly #console: Console;
  readonly #pressed = new Map<string, number>();
  #pressedAt = Number.NEGATIVE_INFINITY;
  /** The title of each gate that it answered, in order. */
  readonly asked: string[] = [];

  constructor(of: Console) {
    this.#console = of;
  }

  get screen(): string {
    return this.#console.screen();
  }

  /** One key, as a person presses it: not so soon after the same one that it would look held down. */
  async press(key: string): Promise<void> {
    const again = (this.#pressed.get(key) ?? Number.NEGATIVE_INFINITY) + sameKeyMs - performance.now();
    if (again > 0) await passed(again);
    await this.#strike(key);
    this.#pressed.set(key, this.#pressedAt);
  }

  /** A key that leads somewhere: pressed again where the program could not tell it from a paste. */
  async command(key: string, leadsTo: Says, patience = patienceMs): Promise<void> {
    for (let tries = 0; tries < triesAtMost; tries++) {
      await this.press(key);
      if (holds(leadsTo, await this.until((now) => holds(leadsTo, now) || isTooFast(now), patience))) return;
    }
    throw new Error(`${triesAtMost} times too fast:\n${this.screen}`);
  }

  async #strike(key: string): Promise<void> {
    const early = this.#pressedAt + fingerMs - performance.now();
    if (early > 0) await passed(early);
    this.#pressedAt = performance.now();
    this.#console.press(key);
  }

  /** Bytes as they are: pastes, held keys, whatever a terminal may send. */
  send(bytes: string): void {
    this.#pressedAt = performance.now();
    this.#console.press(bytes);
  }

  async until(says: Says, patience = patienceMs): Promise<string> {
    const deadline = performance.now() + patience;
    for (;;) {
      const { screen } = this;
      if (holds(says, screen)) return screen;
      if (performance.now() > deadline) throw new Error(`the screen never came to ${String(says)}:\n${screen}`);
      await passed(10);
    }
  }

  /** Reads on and answers each gate, until the screen is as told. */
  async work(until: Says, policy: Policy = () => 'yes', patience = 40_000): Promise<string> {
    const deadline = performance.now() + patience;
    for (;;) {
      const { screen } = this;
      if (holds(until, screen)) return screen;
      if (performance.now() > deadline) throw new Error(`the work never came to ${String(until)}:\n${screen}`);
      if (isUnread(screen)) {
        await this.#strike(' ');
        await this.until((now) => now !== screen);
      } else if (isLive(screen)) await this.#answer(screen, policy(screen));
      else await passed(10);
    }
  }

  async #answer(screen: string, answer: 'yes' | 'no'): Promise<void> {
    const title = gateOf(screen);
    const isOver = (now: string) => gateOf(now) !== title || !isLive(now);
    this.asked.push(title);
    for (let tries = 0; tries < triesAtMost; tries++) {
      if (answer === 'no') await this.press('\u001b');
      else if (wantsName(screen)) await this.#name(nameOn(screen), isOver);
      else await this.press('y');
      if (isOver(await this.until((now) => isOver(now) || isTooFast(now)))) return;
    }
    throw new Error(`${triesAtMost} times too fast:\n${this.screen}`);
  }

  /** A gate that asks again in the middle of it is read and answered anew. */
  async #name(name: string, isOver: (screen: string) => boolean): Promise<void> {
    if (!isOver(await this.#letters(name, isOver))) await this.press('\r');
  }

  /** Letter by letter, each seen on the screen before the next. */
  async type(text: string): Promise<void> {
    await this.#letters(text, () => false);
  }

  async #letters(text: string, isOver: (screen: string) => boolean): Promise<string> {
    for (let tries = 0; tries < triesAtMost; tries++) {
      let seen = this.screen;
      for (let length = 1; length <= text.length; length++) {
        const soFar = `${text.slice(0, length)}_`;
        // What was told before stands there until the first letter counts: whether that was too fast too is known by waiting only.
        const isTold = length === 1 && isTooFast(seen);
        await this.#strike(text[length - 1] ?? '');
        const isSeen = (now: string) => now.includes(soFar) || isOver(now) || (!isTold && isTooFast(now));
        seen = await (isTold ? this.until(isSeen, retryMs).catch(() => this.screen) : this.until(isSeen));
        if (isOver(seen)) return seen;
        if (!seen.includes(soFar)) break;
        if (length === text.length) return seen;
      }
    }
    throw new Error(`${triesAtMost} times too fast:\n${this.screen}`);
  }
}

/** The name that a gate wants, as the gate itself shows it. */
export function nameOn(screen: string): string {
  const name = /cluster +(\S+\/\S+)/.exec(screen)?.[1] ?? / Type (\S+), then enter/.exec(screen)?.[1];
  if (name === undefined) throw new Error(`no name on the screen:\n${screen}`);
  return name;
}

export function gateOf(screen: string): string {
  return /(?:Gate: .*?|asked again: .*?)(?= [─═]{2})/.exec(screen)?.[0] ?? '';
}

export function wantsName(screen: string): boolean {
  return screen.includes('Type namespace/name') || / Type \S+\/\S+, then enter/.test(screen);
}

export function isLive(screen: string): boolean {
  return /keys live ──/.test(screen) || /\n (?:y yes {3}n no|type the (?:name|id))/.test(screen);
}

function isUnread(screen: string): boolean {
  return gateOf(screen) !== '' && screen.includes('space next page') && !isLive(screen) && !screen.includes(' wait ──');
}

function holds(says: Says, screen: string): boolean {
  if (typeof says === 'string') return screen.includes(says);
  return says instanceof RegExp ? says.test(screen) : says(screen);
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
