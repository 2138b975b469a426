import { FailureError, failureOf } from '../base/failure.ts';
import type { Way } from '../engine/event.ts';
import type { Answer } from '../engine/frontend.ts';
import { ScreensFrontend } from './frontend.ts';
import { type Gatekeeper, replaced } from './gatekeeper.ts';
import { openRunOf } from './open-run.ts';
import type { CarriedOut, Operations, Proposal, Wish } from './operations.ts';
import type { ScreensView } from './store.ts';
import type { Timers } from './timers.ts';
import type { Writer } from './writer.ts';

/** A second ctrl-c this soon was hit in a fright. One held down never comes here: the keyboard takes it once. */
const apartMs = 1000;
const plansAtMost = 3;

export interface SessionParts {
  readonly store: ScreensView;
  readonly writer: Writer;
  readonly gates: Gatekeeper;
  readonly timers: Timers;
  /** The target's time. */
  readonly time: () => number;
  /** Lists are old: a run has ended. */
  readonly refresh: () => void;
  /** Something was thrown that is no failure of the target: a defect of this program. */
  readonly defect: (thrown: unknown) => void;
  /** A run is over; the store has all of it. */
  readonly over: (exit: number) => void;
}

/** What the operator starts: plans, their reviews, and the one run at a time. */
export class Session {
  readonly #parts: SessionParts;
  #operations: Operations | undefined;
  #carried: CarriedOut | undefined;
  #wish: Wish | undefined;
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

  /** What was planned last. */
  get wish(): Wish | undefined {
    return this.#wish;
  }

  /** A run is under way. */
  get busy(): boolean {
    return this.#carried !== undefined;
  }

  /** The run that is under way, or the last one, was asked to stop. */
  get stopAsked(): boolean {
    return this.#stopAskedAt !== undefined;
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
    if (this.busy) {
      // Its gates and this plan's would wait for the same key.
      writer.message('a run is open: another plan waits for its end');
      return;
    }
    this.#wish = wish;
    gates.closeReview();
    writer.refusal(undefined);
    writer.scroll('plan', 0);
    writer.show('plan');
    writer.waiting('planning: the target is being read');
    try {
      const proposal = await operations.propose(wish);
      writer.waiting(undefined);
      // Another target meanwhile: this plan is not of what the first row says.
      if (operations !== this.#operations) return;
      const { screen, back } = store.getState().ui;
      // Left while it was made: nobody looks at it, so nothing waits for an answer.
      if (screen !== 'plan' && !back.includes('plan')) {
        writer.message(`the plan of ${wish.runbook} was left: nothing was started`);
        return;
      }
      const answer = await gates.review(proposal, tries === 1 ? [] : ['the target has moved since the plan was read']);
      if (answer.why === replaced) return;
      if (answer.answer === 'no') {
        if (store.getState().ui.screen === 'plan') writer.back();
        writer.message('no: nothing was started');
        return;
      }
      const moved = await this.#carryOut(proposal, answer);
      if (moved && tries < plansAtMost) await this.begin(wish, tries + 1);
      else if (moved) writer.message(`the target has moved ${plansAtMost} times: find out who changes it`);
    } catch (thrown) {
      writer.waiting(undefined);
      if (!(thrown instanceof FailureError)) {
        this.#parts.defect(thrown);
        return;
      }
      writer.refusal({ title: 'No plan', failures: [failureOf(thrown, '')], plans: true });
      writer.show('plan');
    }
  }

  /** Takes up a run: its gates are asked on whatever screen is open. */
  async takeUp(run: string, way: Way): Promise<void> {
    const operations = this.#operations;
    const { writer, gates, store } = this.#parts;
    if (operations === undefined || this.busy || store.getState().ui.waiting !== undefined) return;
    gates.closeReview();
    writer.waiting(`${way} of run ${run}: what is left to do is being read`);
    try {
      // What happened in it before is shown with it: since when clients are without a database, above all.
      await operations.run(run).then(
        (events) => writer.past(openRunOf(events)),
        () => undefined,
      );
      await this.#follow((frontend) => operations.takeUp(run, way, frontend));
    } catch (thrown) {
      if (!(thrown instanceof FailureError)) {
        this.#parts.defect(thrown);
        return;
      }
      writer.refusal({ title: `No ${way} of run ${run}`, failures: [failureOf(thrown, 'galera-runbook runs list')] });
      writer.show('plan');
    } finally {
      writer.waiting(undefined);
    }
  }

  async #carryOut(proposal: Proposal, answer: Answer): Promise<boolean> {
    const { writer } = this.#parts;
    writer.jump('run');
    const approved = { sha256: proposal.gate.sha256, answer };
    return (await this.#follow((frontend) => proposal.carryOut(frontend), approved)) === 'moved';
  }

  async #follow(
    begin: (frontend: ScreensFrontend) => CarriedOut,
    approved?: { readonly sha256: string; readonly answer: Answer },
  ): Promise<number | 'moved'> {
    const { writer, gates, timers, time, refresh } = this.#parts;
    const shown = { now: time, after: (ms: number, call: () => void) => timers.after(ms, call) };
    const output = (run: string) => this.#operations?.output(run) ?? [];
    const frontend = new ScreensFrontend(writer, gates, shown, output, approved);
    this.#stopAskedAt = undefined;
    const over = Promise.withResolvers<void>();
    let exit: number | 'moved' | undefined;
    try {
      const carried = begin(frontend);
      this.#carried = carried;
      this.#ended = over.promise;
      exit = await carried.ended;
      return exit;
    } finally {
      this.#carried = undefined;
      await frontend.close();
      refresh();
      // A no before anything was written leaves the run, and what it ended with, as they were.
      if (typeof exit === 'number' && frontend.hasTold) this.#parts.over(exit);
      over.resolve();
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
      writer.message('stopping at a safe point; ctrl-c again: pay nothing, Jobs go on');
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
