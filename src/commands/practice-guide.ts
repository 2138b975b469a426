import type { Act, Scenario } from '../practice/scenario.ts';
import type { CarriedOut, Operations, Story } from '../screens/operations.ts';
import type { Stage } from './practice-stage.ts';

export interface Told {
  readonly scenario: Scenario;
  readonly acts: readonly Act[];
  readonly title: string;
}

type Command = Extract<Act, { act: 'command' }>;

/** What a command line of a scenario is on the screens; `run`: the runbook that it carries out. */
interface Errand {
  readonly does: string;
  readonly run?: string;
}

/**
 * Tells a scenario beside the screens. What happens to the cluster happens when the story goes on; what the operator has to do is asked for,
 * and the story waits until it was done.
 */
export class Guide implements Story {
  readonly #stage: Stage;
  readonly #scenario: Scenario;
  readonly #acts: readonly Act[];
  readonly #told: string[];
  #next = 0;
  #awaited: { readonly command: Command; readonly errand: Errand; done: boolean } | undefined;
  #over = false;

  constructor(stage: Stage, { scenario, acts, title }: Told) {
    this.#stage = stage;
    this.#scenario = scenario;
    this.#acts = acts;
    this.#told = [title, ...scenario.document.flatMap((paragraph) => ['', paragraph])];
    this.#play();
  }

  told(): readonly string[] {
    return this.#told;
  }

  goOn(): string | undefined {
    if (this.#over) return 'the story is over; the cluster stays as it is';
    if (this.#awaited !== undefined && !this.#awaited.done) return `not yet: ${this.#awaited.errand.does}`;
    this.#play();
    return undefined;
  }

  /** A run of this runbook has ended. */
  #ended(runbook: string, exit: number): void {
    const awaited = this.#awaited;
    if (awaited?.errand.run === runbook && awaited.command.exit.includes(exit)) awaited.done = true;
  }

  /** The same operations, watched: the story goes on when a run has ended as it should. */
  watching(operations: Operations): Operations {
    return {
      ...operations,
      story: this,
      propose: async (wish) => {
        const proposal = await operations.propose(wish);
        return {
          ...proposal,
          carryOut: (frontend) => this.#watched(proposal.plan.runbook.name, proposal.carryOut(frontend)),
        };
      },
    };
  }

  #watched(runbook: string, carried: CarriedOut): CarriedOut {
    return {
      ...carried,
      ended: carried.ended.then((exit) => {
        if (exit !== 'moved') this.#ended(runbook, exit);
        return exit;
      }),
    };
  }

  /** To the next thing that the operator has to do. */
  #play(): void {
    this.#awaited = undefined;
    for (;;) {
      const act = this.#acts[this.#next++];
      if (act === undefined) {
        this.#end();
        return;
      }
      if (act.act === 'command') {
        const words = this.#stage.words(act.words);
        const errand = errandOf(words);
        this.#told.push('', `> Now: ${errand.does}. Then s.`);
        // A command that is to be refused begins no run: that it was tried cannot be seen.
        this.#awaited = { command: act, errand, done: errand.run === undefined || isRefused(act) };
        return;
      }
      const told = this.#stage.act(act);
      if (told.length > 0) this.#told.push('', ...told);
    }
  }

  #end(): void {
    this.#over = true;
    const wrong = this.#stage.wrongAtEnd(this.#scenario);
    this.#told.push(
      '',
      wrong.length === 0
        ? `The practice "${this.#scenario.name}" ended as it should. The cluster stays as it is.`
        : `The practice "${this.#scenario.name}" did not end as it should: ${wrong.join('; ')}`,
    );
  }
}

/** Exit 4, 10 or 11: nothing began. */
function isRefused({ exit }: Command): boolean {
  return exit.every((code) => code === 4 || code === 10 || code === 11);
}

function errandOf(words: readonly string[]): Errand {
  const line = words.join(' ');
  const [first, second = ''] = words;
  switch (first) {
    case 'status':
      return { does: '1 shows how the Galera cluster is' };
    case 'backup':
      return words.includes('--cluster')
        ? { does: `in another shell: galera-runbook ${line} --practice` }
        : { does: 'b backs up', run: 'galera-backup' };
    case 'restore':
      return {
        does: `r chooses the backup ${second}, and r again restores it`.replace('backup latest', 'latest backup'),
        run: 'galera-restore',
      };
    case 'start':
      return { does: '2, then enter on galera-start, starts the cluster', run: 'galera-start' };
    case 'backups':
      return second === 'verify'
        ? { does: '3, then v on the newest backup, verifies it', run: 'galera-verify' }
        : { does: '3 lists the backups' };
    default:
      return { does: `in another shell: galera-runbook ${line} --practice` };
  }
}
