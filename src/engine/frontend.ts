import type { Pulse } from '../target/look.ts';
import type { Gate, Plan, RunEvent } from './event.ts';
import type { RunState } from './state.ts';

export interface Answer {
  readonly answer: 'yes' | 'no';
  /** What was typed, where a word was wanted. */
  readonly typed?: string;
  /** Why it is no without anybody having said so, e.g. the input ended. */
  readonly why?: string;
}

/** Who shows a run and answers its gates. A sink: nothing that it returns but an answer changes the run. */
export interface Frontend {
  planned(plan: Plan): void;
  event(event: RunEvent, state: RunState): void;
  pulse(pulse: Pulse): void;
  /** Default is no. The signal aborts when the run must not wait any longer. */
  ask(gate: Gate, signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}
