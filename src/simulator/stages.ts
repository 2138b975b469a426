import type { Shell } from './shell.ts';

/** A part of a verb that takes time; between two of them a runner can be killed, and the volume is as the script would leave it. */
export interface Stage {
  /** Checks, then the milliseconds that it takes. */
  begin(shell: Shell): number;
  /** Again and again meanwhile; `share` from 0 to 1. */
  during?(shell: Shell, share: number): void;
  /** What it leaves; gives the next stage, its own name to look again, or nothing when the verb has succeeded. */
  end(shell: Shell): string | undefined;
}

export interface VerbScript {
  readonly stages: { readonly start: Stage; readonly [name: string]: Stage };
  /** The trap: not on SIGKILL. */
  cleanup?(shell: Shell): void;
  /** What others notice when the process is gone, however it went. */
  vanish?(shell: Shell): void;
}

/** A stage that takes its time and then does one thing. */
export function after(ms: number, end: Stage['end']): Stage {
  return { begin: () => ms, end };
}
