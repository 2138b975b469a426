import { FailureError, failureOf } from '../base/failure.ts';
import { ScreensFrontend } from './frontend.ts';
import type { Gatekeeper, Timers } from './gatekeeper.ts';
import type { CarriedOut, Operations, Proposal, Wish } from './operations.ts';
import type { ScreensView } from './store.ts';
import type { Writer } from './writer.ts';

/** A second ctrl-c this soon is the first one held down, or hit twice in a fright. */
const apartMs = 1000;
const plansAtMost = 3;

export interface SessionParts {
  readonly store: ScreensView;
  readonly writer: Writer;
  readonly gates: Gatekeeper;
  readonly timers: Timers;
  /** Lists are old: a run has ended. */
  readonly refresh: () => void;
}

/** What the operator starts: plans, their reviews, and the one run at a time. */
export class Session {
  readonly #parts: SessionParts;
  #operations: Operations | undefined;
  #carried: CarriedOut | undefined;
  #exit = 0;
  #stopAskedAt: number | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  get operations(): Operations | undefined {
    return this.#operations;
  }

  use(operations: Operations): void {
    this.#operations = operations;
  }

  /** Exit code of the last run; 0 without one. */
  get exit(): number {
    return this.#exit;
  }

  /** A run is under way. */
  get busy(): boolean {
    return this.#carried !== undefined;
  }

  /** Resolves when no run is under way. */
  ended(): Promise<unknown> {
    return this.#ended;
  }

  /** Makes a plan, shows it, and carries it out when its gate is answered yes. */
  async begin(wish: Wish, tries = 1): Promise<void> {
    const { writer, gates, store } = this.#parts;
    const operations = this.#operations;
    if (operations === undefined || store.getState().ui.waiting !== undefined) return;
    gates.closeReview();
    writer.refusal(undefined);
    writer.scroll('plan', 0);
    writer.show('plan');
    writer.waiting('planning: the target is being read');
    try {
      const proposal = await operations.propose(wish);
      writer.waiting(undefined);
      const answer = await gates.review(proposal);
      if (answer.answer === 'no') {
        if (store.getState().ui.screen === 'plan') writer.back();
        writer.message('no: nothing was started');
        return;
      }
      const moved = await this.#carryOut(proposal, answer);
      if (moved && tries < plansAtMost) {
        await this.begin(wish, tries + 1);
        writer.message('the target has moved since the plan was read: it was made again');
      } else if (moved) writer.message(`the target has moved ${plansAtMost} times: find out who changes it`);
    } catch (thrown) {
      writer.waiting(undefined);
      if (!(thrown instanceof FailureError)) throw thrown;
      writer.refusal({ title: 'No plan', failures: [failureOf(thrown, '')] });
    }
  }

  async #carryOut(
    proposal: Proposal,
    answer: { readonly answer: 'yes' | 'no'; readonly typed?: string },
  ): Promise<boolean> {
    const { writer, gates, timers, refresh } = this.#parts;
    const frontend = new ScreensFrontend(writer, gates, timers, { sha256: proposal.gate.sha256, answer });
    this.#stopAskedAt = undefined;
    const carried = proposal.carryOut(frontend);
    this.#carried = carried;
    writer.jump('run');
    this.#ended = carried.ended.catch(() => undefined);
    try {
      const exit = await carried.ended;
      if (exit === 'moved') return true;
      this.#exit = exit;
      return false;
    } finally {
      this.#carried = undefined;
      writer.runOver();
      refresh();
    }
  }

  /** First: stop at the next safe point and pay. Again, a second after that was answered: stop waiting, pay nothing. */
  interrupt(by: string): 'none' | 'stopping' | 'abandoned' {
    const { writer, timers } = this.#parts;
    if (this.#carried === undefined) return 'none';
    const now = timers.now();
    if (this.#stopAskedAt === undefined) {
      this.#stopAskedAt = now;
      this.#carried.stop(by);
      writer.message('stopping at the next safe point; ctrl-c again: stop waiting, pay nothing, Jobs go on');
      return 'stopping';
    }
    if (now - this.#stopAskedAt < apartMs) return 'stopping';
    this.abandon(by);
    return 'abandoned';
  }

  abandon(by: string): void {
    this.#carried?.abandon(by);
  }
}
