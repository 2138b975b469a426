import { PassThrough, Writable } from 'node:stream';
import xterm from '@xterm/headless';
import type { Size } from '../../src/screens/state.ts';
import type { Streams } from '../../src/screens/terminal.ts';

/** A terminal emulator: what the program writes is drawn, what a person presses is read. */
export class Emulator {
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  readonly input: PassThrough & { isTTY: boolean; raw: boolean; setRawMode(raw: boolean): void };
  readonly output: Writable & { columns: number; rows: number; isTTY: boolean };
  readonly written: string[] = [];
  #drawing: Promise<void> = Promise.resolve();

  constructor({ columns, rows }: Size) {
    // A terminal's driver gives a carriage return with each line feed, in raw mode too.
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
    this.input = Object.assign(new PassThrough(), {
      isTTY: true,
      raw: false,
      setRawMode(raw: boolean) {
        this.raw = raw;
      },
    });
    const { written } = this;
    const terminal = this.#terminal;
    const output = new Writable({
      decodeStrings: false,
      write: (chunk: string, _encoding, done) => {
        written.push(chunk.toString());
        this.#drawing = new Promise<void>((resolve) => terminal.write(chunk.toString(), resolve)).then(() => done());
      },
    });
    this.output = Object.assign(output, { columns, rows, isTTY: true });
  }

  get streams(): Streams {
    return { input: this.input, output: this.output };
  }

  /** All that was written by now is drawn: the emulator draws in its own time, which a busy machine stretches. */
  async drawn(): Promise<void> {
    await this.#drawing;
  }

  /** One key, as a terminal sends it. */
  press(bytes: string): void {
    this.input.write(bytes);
  }

  resize({ columns, rows }: Size): void {
    this.#terminal.resize(columns, rows);
    Object.assign(this.output, { columns, rows });
    this.output.emit('resize');
  }

  /** What stands on the screen, without what fills its lines. */
  screen(): string {
    const { active } = this.#terminal.buffer;
    const lines = Array.from(
      { length: this.#terminal.rows },
      (_, row) => active.getLine(active.baseY + row)?.translateToString(true, 0, this.#terminal.cols) ?? '',
    );
    return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
  }

  get alternate(): boolean {
    return this.#terminal.buffer.active.type === 'alternate';
  }

  get bytes(): number {
    return this.written.reduce((sum, each) => sum + Buffer.byteLength(each), 0);
  }

  /** Waits until the screen is as told; fails with what stands there. */
  async until(says: string | ((screen: string) => boolean), what = String(says)): Promise<string> {
    const holds = typeof says === 'string' ? (screen: string) => screen.includes(says) : says;
    const deadline = performance.now() + 5000;
    for (;;) {
      await this.drawn();
      const screen = this.screen();
      if (holds(screen)) return screen;
      if (performance.now() > deadline) throw new Error(`the screen never came to ${what}:\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
