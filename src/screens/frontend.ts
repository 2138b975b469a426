import type { Gate, RunEvent } from '../engine/event.ts';
import type { Answer, Frontend } from '../engine/frontend.ts';
import type { RunState } from '../engine/state.ts';
import type { Pulse } from '../target/look.ts';
import { ProgressWatch } from '../views/progress.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import type { Operations } from './operations.ts';
import type { Timers } from './timers.ts';
import type { Writer } from './writer.ts';

/** Pulses come as fast as they like; they are shown this often. */
const progressMs = 250;

/** The screens as the engine's front end: what it tells goes to the store, what it asks to the gatekeeper. */
export class ScreensFrontend implements Frontend {
  readonly #writer: Writer;
  readonly #gates: Gatekeeper;
  readonly #timers: Timers;
  readonly #watch = new ProgressWatch();
  #approved: { readonly sha256: string; readonly answer: Answer } | undefined;
  #stopTicking: () => void = () => undefined;
  #run: string | undefined;
  readonly #output: Operations['output'];

  /**
   * `output`: what the run's Jobs have written since it was asked before. `approved`: the plan's gate with the answer that it got in the
   * review. It counts for exactly that gate.
   */
  constructor(
    writer: Writer,
    gates: Gatekeeper,
    timers: Timers,
    output: Operations['output'],
    approved?: { readonly sha256: string; readonly answer: Answer },
  ) {
    this.#writer = writer;
    this.#gates = gates;
    this.#timers = timers;
    this.#output = output;
    this.#approved = approved;
    this.#tick();
  }

  /** The run has written something. */
  get hasTold(): boolean {
    return this.#run !== undefined;
  }

  planned(): void {
    // The review has shown it.
  }

  event(event: RunEvent, state: RunState): void {
    this.#writer.waiting(undefined);
    if (event.seq === 1 || event.type === 'run-continued' || event.type === 'run-resumed') this.#writer.jump('run');
    this.#run = state.plan?.run;
    this.#watch.event(event, state);
    this.#writer.ran(event, state);
    if (event.type === 'step-passed' || event.type === 'step-failed') this.#writer.progress(undefined);
  }

  pulse(pulse: Pulse): void {
    this.#watch.pulse(pulse, this.#timers.now());
  }

  ask(gate: Gate, signal: AbortSignal): Promise<Answer> {
    const approved = this.#approved;
    this.#approved = undefined;
    this.#writer.waiting(undefined);
    return approved?.sha256 === gate.sha256 ? Promise.resolve(approved.answer) : this.#gates.ask(gate, signal);
  }

  async close(): Promise<void> {
    this.#stopTicking();
    this.#drain();
    this.#writer.runOver();
  }

  #tick(): void {
    const progress = this.#watch.at(this.#timers.now());
    if (progress !== undefined) this.#writer.progress(progress);
    this.#drain();
    this.#stopTicking = this.#timers.after(progressMs, () => this.#tick());
  }

  #drain(): void {
    const lines = this.#run === undefined ? [] : this.#output(this.#run);
    const at = this.#timers.now();
    if (lines.length > 0) this.#writer.output(lines.map((each) => ({ ...each, at })));
  }
}
