import { type Instance, render } from 'ink';
import { createElement } from 'react';
import { App } from './app.ts';
import type { Frames } from './frames.ts';
import { KeyReader, type Pressed } from './key-reader.ts';
import type { Size } from './state.ts';
import type { Timers } from './timers.ts';

/** Standard input and output, or what stands for them in a test. */
export interface Streams {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly output: NodeJS.WritableStream & { readonly columns?: number; readonly rows?: number };
}

/** Escape may be the beginning of a longer key; after this it was not. */
const escapeMs = 30;
const pasteOn = '\u001b[?2004h';
const pasteOff = '\u001b[?2004l';

/** A terminal that shows frames and gives keys. Owns raw mode, bracketed paste and the alternate screen; Ink owns the drawing. */
export class Terminal {
  readonly #streams: Streams;
  readonly #frames: Frames;
  readonly #timers: Timers;
  readonly #reader = new KeyReader();
  readonly #told: { pressed(pressed: Pressed): void; drawn(): void; gone(why: string): void };
  #ink: Instance | undefined;
  #flush: () => void = () => undefined;
  #gone = false;
  #lent = false;
  #closed = false;

  constructor(
    streams: Streams,
    frames: Frames,
    timers: Timers,
    told: { pressed(pressed: Pressed): void; drawn(): void; gone(why: string): void },
  ) {
    this.#streams = streams;
    this.#frames = frames;
    this.#timers = timers;
    this.#told = told;
  }

  open(): void {
    const { input, output } = this.#streams;
    input.setEncoding?.('utf8');
    this.#raw(true);
    input.on('data', this.#data).on('end', this.#ended).on('close', this.#ended).on('error', this.#lost);
    output.on('error', this.#lost);
    input.resume();
    this.#frames.onUnchanged(() => this.#told.drawn());
    this.#ink = render(createElement(App, { frames: this.#frames }), {
      stdout: output,
      stdin: input,
      exitOnCtrlC: false,
      patchConsole: false,
      incrementalRendering: true,
      alternateScreen: true,
      interactive: true,
      // The frames are paced by what makes them: data at most ten times a second, keys at once.
      maxFps: 1000,
      onRender: () => this.#told.drawn(),
    });
  }

  get size(): Size {
    return sizeOf(this.#streams.output);
  }

  onResize(call: (size: Size) => void): void {
    this.#streams.output.on('resize', () => call(this.size));
  }

  /** Gives the terminal to the shell, or only takes it anew, and draws everything again. What is pressed meanwhile is not ours. */
  async lend(meanwhile: () => Promise<void>): Promise<void> {
    const ink = this.#ink;
    if (ink === undefined || this.#lent || this.#gone || this.#closed) return;
    this.#lent = true;
    this.#unlisten();
    this.#raw(false);
    ink.unmount();
    await ink.waitUntilExit().catch(() => undefined);
    ink.cleanup();
    await meanwhile();
    this.#lent = false;
    // A signal may have ended the screens while the shell had the terminal: it keeps it.
    if (!this.#closed) this.open();
  }

  #unlisten(): void {
    const { input, output } = this.#streams;
    input.off('data', this.#data).off('end', this.#ended).off('close', this.#ended).off('error', this.#lost);
    output.off('error', this.#lost);
  }

  async close(): Promise<void> {
    const { input } = this.#streams;
    this.#closed = true;
    this.#flush();
    this.#frames.close();
    input.off('data', this.#data).off('end', this.#ended).off('close', this.#ended);
    if (!this.#gone) this.#raw(false);
    this.#ink?.unmount();
    await this.#ink?.waitUntilExit().catch(() => undefined);
    input.pause();
  }

  #raw(on: boolean): void {
    const { input, output } = this.#streams;
    if (input.isTTY === true) input.setRawMode?.(on);
    output.write(on ? pasteOn : pasteOff);
  }

  readonly #data = (chunk: Buffer | string): void => {
    this.#flush();
    for (const pressed of this.#reader.read(chunk.toString(), this.#timers.now())) this.#told.pressed(pressed);
    this.#frames.flush();
    if (this.#reader.waits)
      this.#flush = this.#timers.after(escapeMs, () => {
        for (const pressed of this.#reader.flush(this.#timers.now())) this.#told.pressed(pressed);
        this.#frames.flush();
      });
  };

  readonly #ended = (): void => this.#hangUp('its input ended');
  readonly #lost = (error: NodeJS.ErrnoException): void => this.#hangUp(error.code ?? error.message);

  #hangUp(why: string): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#told.gone(why);
  }
}

export function sizeOf({ columns, rows }: Streams['output']): Size {
  return { columns: columns ?? 80, rows: rows ?? 24 };
}
