import type { Gate, Plan, RunEvent } from '../engine/event.ts';
import type { Answer, Frontend } from '../engine/frontend.ts';
import type { RunState } from '../engine/state.ts';
import type { Clock, Pulse } from '../target/look.ts';
import { ProgressWatch, progressSentence } from '../views/progress.ts';
import { type AskInput, ask } from './ask.ts';
import { eventJson, planJson, progressJson } from './json.ts';
import { lineOf, numbered, PlainLines } from './lines.ts';
import { planText } from './plan-text.ts';

export interface PlainOptions {
  readonly format: 'text' | 'json';
  /** `dry-run`: the plan is the data. `interactive`: the whole plan is shown to who answers. `yes`: its lines are enough. */
  readonly mode: 'dry-run' | 'interactive' | 'yes';
  /** Data: the lines of the run, or its JSON. */
  readonly data: (text: string) => void;
  /** Talk: what is for a person at the terminal, gates above all. */
  readonly talk: (text: string) => void;
  readonly input: AskInput;
  readonly clock: Clock;
  /** The run that is taken up: its gates are asked before there is any event. */
  readonly run?: string;
  /** Where the transcript will be, as `run-ended` says it. */
  readonly transcript?: (run: string) => string;
  /** Calls `tick` each second until the function that it gives is called. */
  readonly timer?: (tick: () => void) => () => void;
}

const eachSecond = (tick: () => void): (() => void) => {
  const timer = setInterval(tick, 1000);
  timer.unref();
  return () => clearInterval(timer);
};

/** Line by line: CI, pipes, serial consoles, screen readers. Never rewrites what it has written, and never colours it. */
export class PlainFrontend implements Frontend {
  readonly #options: PlainOptions;
  readonly #lines: PlainLines;
  readonly #watch = new ProgressWatch();
  readonly #stopTimer: () => void;
  #run: string;
  #state: RunState | undefined;
  #asking = false;

  constructor(options: PlainOptions) {
    this.#options = options;
    this.#run = options.run ?? '';
    this.#lines = new PlainLines(options.transcript === undefined ? {} : { transcript: options.transcript });
    this.#stopTimer = (options.timer ?? eachSecond)(() => this.#tick());
  }

  planned(plan: Plan): void {
    const { mode, format, clock, data, talk } = this.#options;
    this.#run = plan.run;
    if (format === 'json') data(planJson(plan, clock.now()));
    else if (mode === 'dry-run') data(joined(planText(plan)));
    else data(joined(this.#lines.planned(plan, clock.now())));
    if (mode === 'interactive') talk(joined(planText(plan)));
  }

  event(event: RunEvent, state: RunState): void {
    this.#run = state.plan?.run ?? this.#run;
    this.#state = state;
    this.#watch.event(event, state);
    const { format, data } = this.#options;
    data(format === 'json' ? eventJson(this.#run, event) : joined(this.#lines.event(event, state)));
  }

  pulse(pulse: Pulse): void {
    this.#watch.pulse(pulse, this.#options.clock.now());
  }

  async ask(gate: Gate, signal: AbortSignal): Promise<Answer> {
    const { talk, input, clock } = this.#options;
    const shows = gate.shows.flatMap((text) => text.split(/\r?\n/));
    talk(joined(shows.map((text) => lineOf(clock.now(), this.#run, 'gate-shows', text))));
    this.#asking = true;
    try {
      return await ask(gate, { input, talk, clock }, signal);
    } finally {
      this.#asking = false;
    }
  }

  async close(): Promise<void> {
    this.#stopTimer();
  }

  #tick(): void {
    // A line in the middle of a question would take it apart.
    if (this.#asking || this.#state === undefined) return;
    const { clock, format, data } = this.#options;
    const now = clock.now();
    const due = this.#watch.due(now);
    if (due === undefined) return;
    if (format === 'json') data(progressJson(this.#run, due, now));
    else
      data(
        joined([lineOf(now, this.#run, 'progress', `${numbered(this.#state, due.step)}: ${progressSentence(due)}`)]),
      );
  }
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
