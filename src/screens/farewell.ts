import { exits } from '../engine/exit-code.ts';
import { owed } from '../engine/state.ts';
import { lastWords } from './last-words.ts';
import type { ScreensState } from './state.ts';

export interface Left {
  readonly exit: number;
  readonly lastWords: readonly string[];
}

interface Over {
  readonly exit: number;
  readonly owes: boolean;
  readonly words: readonly string[];
}

/** What is said on leaving of all runs of a session: of the last one, and of each that owes, on whatever target it was. */
export class Farewell {
  readonly #transcript: (run: string) => string;
  /** By run, the last one last. */
  readonly #runs = new Map<string, Over>();

  constructor(transcript: (run: string) => string) {
    this.#transcript = transcript;
  }

  /** A run is over; `state` has all of it. One that was repaired takes the place of itself. */
  over({ run, ...state }: ScreensState, exit: number): void {
    const id = run?.state.plan?.run;
    if (run === undefined || id === undefined) return;
    this.#runs.delete(id);
    const words = lastWords({ ...state, run }, this.#transcript);
    this.#runs.set(id, { exit, owes: owed(run.state).length > 0, words });
  }

  /** A debt is the last word, and the exit code, whatever ran after it. */
  leave(state: ScreensState): Left {
    const { run } = state;
    const known = run === undefined ? undefined : this.#runs.get(run.state.plan?.run ?? '');
    if (known !== undefined) this.over(state, known.exit);
    const all = [...this.#runs.values()];
    const last = all.at(-1);
    const owing = all.filter(({ owes }) => owes);
    const said = [...(last === undefined || last.owes ? [] : [last]), ...owing];
    return {
      exit: owing.length > 0 ? exits.owes : (last?.exit ?? exits.done),
      lastWords: said.flatMap(({ words }, index) => (index === 0 ? words : ['', ...words])),
    };
  }
}
