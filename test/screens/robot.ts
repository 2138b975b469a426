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

/** An operator who only sees the screen and only presses keys. */
export class Robot {
  readonly #console: Console;
  readonly #pressed = new Map<string, number>();
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
    this.#pressed.set(key, performance.now());
    this.#console.press(key);
  }

  /** Bytes as they are: pastes, held keys, whatever a terminal may send. */
  send(bytes: string): void {
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
        this.#console.press(' ');
        await this.until((now) => now !== screen);
      } else if (isLive(screen)) await this.#answer(screen, policy(screen));
      else await passed(10);
    }
  }

  async #answer(screen: string, answer: 'yes' | 'no'): Promise<void> {
    const title = gateOf(screen);
    this.asked.push(title);
    if (answer === 'no') await this.press('\u001b');
    else if (wantsName(screen)) {
      await this.#name(nameOn(screen));
    } else await this.press('y');
    await this.until((now) => gateOf(now) !== title || !isLive(now));
  }

  /** A gate that asks again in the middle of it is read and answered anew. */
  async #name(name: string): Promise<void> {
    for (let length = 1; length <= name.length; length++) {
      this.#console.press(name[length - 1] ?? '');
      const seen = await this.until((now) => now.includes(`${name.slice(0, length)}_`) || !isLive(now));
      if (!isLive(seen)) return;
    }
    await this.press('\r');
  }

  /** Letter by letter, each seen on the screen before the next. */
  async type(text: string): Promise<void> {
    for (let length = 1; length <= text.length; length++) {
      this.#console.press(text[length - 1] ?? '');
      await this.until(`${text.slice(0, length)}_`);
    }
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
