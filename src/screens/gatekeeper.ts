import type { Gate } from '../engine/event.ts';
import type { Answer } from '../engine/frontend.ts';
import { AnswerSoon } from './answer-soon.ts';
import { Arming } from './arming.ts';
import { clusterNow } from './cluster-now.ts';
import { changedFacts, gateFacts } from './gate-facts.ts';
import { type KeyPress, type Pressed, tooFast } from './key-reader.ts';
import type { Proposal } from './operations.ts';
import { positionNow } from './position-now.ts';
import type { GateView, Review } from './state.ts';
import type { ScreensView } from './store.ts';
import type { Timers } from './timers.ts';
import { typeWord, withoutNote } from './typed-word.ts';
import type { Writer } from './writer.ts';
import { whyNoNo, whyNoYes } from './yes-or-no.ts';

/** Why a review is over without an answer: another plan is looked at. */
export const replaced = 'another plan was asked for';

/** Keys around `y` on QWERTY, AZERTY and QWERTZ: dead while it is live. */
const neighbours: readonly string[] = ['t', 'u', 'g', 'h', '6', '7', 'a', 's', 'x'];

/** Keys that page a long gate: left to the screen. A gate that is typed takes the blank for itself, once its end was shown. */
const pages: readonly string[] = ['space', 'up', 'down', 'pgup', 'pgdn', 'home', 'end'];

interface Waiting {
  readonly answer: (answer: Answer) => void;
  readonly done: () => void;
}

/**
 * Asks gates. It alone holds the promise that waits; the store has only what is shown. An answer counts when the very gate was drawn, 400 ms
 * have passed, and one key came by itself: not pasted, not held down, and with no other right before or after it.
 */
export class Gatekeeper {
  readonly #store: ScreensView;
  readonly #writer: Writer;
  readonly #time: () => number;
  readonly #asked: () => void;
  readonly #arming: Arming;
  readonly #soon: AnswerSoon;
  #waiting: Waiting | undefined;
  #asking = 0;

  /**
   * `timers` are a person's, always real; `time` is the target's, in which the gate says since when it waits. `asked`: a step's gate opens,
   * so the cluster is to be looked at now.
   */
  constructor(
    store: ScreensView,
    writer: Writer,
    timers: Timers,
    time: () => number = () => timers.now(),
    asked: () => void = () => undefined,
  ) {
    this.#asked = asked;
    this.#store = store;
    this.#writer = writer;
    this.#time = time;
    this.#arming = new Arming(store, timers, () => this.#goLive());
    this.#soon = new AnswerSoon(timers, (answer) => this.#end({ answer }));
  }

  /** A gate of the run. Default is no; an aborted signal is no answer at all. */
  ask(gate: Gate, signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve) => {
      const aborted = () => this.#end({ answer: 'no', why: 'the run did not wait for an answer' });
      this.#waiting = {
        answer: resolve,
        done: () => signal.removeEventListener('abort', aborted),
      };
      this.#arming.settleSince(this.#time());
      this.#open(gate, []);
      this.#asked();
      if (signal.aborted) aborted();
      else signal.addEventListener('abort', aborted, { once: true });
    });
  }

  /** Shows a plan with its gate; `yes` begins. `changed`: why it is shown again. */
  review(proposal: Proposal, changed: readonly string[] = []): Promise<Answer> {
    // A run's gate has the keys: what waits for them now is not this plan.
    if (this.#store.getState().gate !== undefined) return Promise.resolve({ answer: 'no', why: replaced });
    this.closeReview();
    return new Promise((resolve) => {
      this.#waiting = { answer: resolve, done: () => this.#writer.review(undefined) };
      this.#arming.isSettledAlready();
      const position = positionNow(clusterNow(this.#store.getState()));
      const gate = this.#fresh(proposal.gate, changed);
      this.#writer.review({ proposal, gate, ...(position === undefined ? {} : { position }) });
    });
  }

  closeReview(): void {
    const { gate, review } = this.#store.getState();
    if (gate === undefined && review !== undefined) this.#end({ answer: 'no', why: replaced });
  }

  /** The terminal is gone or goes: nobody answers any more. */
  close(why: string): void {
    if (this.#waiting !== undefined) this.#end({ answer: 'no', why });
  }

  /** A frame was written. `asking`: of the gate in it, whose last line was shown or not. */
  drawn(shown: { readonly asking: number; readonly endShown: boolean } | undefined): void {
    const current = this.#current();
    if (current === undefined) return;
    if (shown === undefined) {
      // Out of sight: what is pressed meanwhile is for something else, and it is asked again.
      if (this.#arming.wasDrawn) this.#again(current, []);
      return;
    }
    if (shown.asking !== current.asking) return;
    if (shown.endShown && !current.endShown) this.#put({ ...current, endShown: true });
    this.#arming.drawn(shown.endShown);
  }

  #goLive(): void {
    const current = this.#current();
    if (current !== undefined && !current.live)
      this.#put({ ...withoutNote(current), live: true, liveSince: this.#time() });
  }

  /** The world has moved: a gate whose facts have changed closes and asks again. */
  check(): void {
    const current = this.#current();
    if (current === undefined) return;
    const facts = gateFacts(this.#store.getState());
    const changed = changedFacts(current.facts, facts);
    if (!this.#arming.settled) this.#catchUp(current, changed.length > 0 ? facts : undefined);
    else if (changed.length > 0 && this.#arming.wasDrawn) this.#again(current, changed);
  }

  /** What the run's last step did comes to the screen: keys go live a moment after all of it was drawn. */
  #catchUp(current: GateView, facts: readonly string[] | undefined): void {
    this.#arming.settle();
    if (facts !== undefined) {
      this.#arming.unarm();
      this.#soon.takeBack();
      this.#put({ ...current, facts });
    } else if (this.#arming.settled) this.#arming.goLive();
  }

  /** A key while a gate is on the screen. False: it means something else there. */
  press(pressed: Pressed): boolean {
    const isTakenBack = this.#soon.takeBack();
    const shown = this.#current();
    if (shown === undefined) return false;
    const gate = isTakenBack ? { ...shown, note: tooFast('it') } : shown;
    if (isTakenBack) this.#put(gate);
    const isReview = this.#store.getState().gate === undefined;
    if ('pasted' in pressed) {
      this.#note(gate, 'pasted text does not answer');
      return true;
    }
    const { key } = pressed;
    if (key === 'esc' || key === 'ctrl-c') {
      const not = isReview ? undefined : whyNoNo(this.#arming.wasSeen, pressed);
      if (not === undefined) this.#end({ answer: 'no' });
      else this.#note(gate, not);
      return true;
    }
    if (gate.gate.need === 'typed' && gate.endShown) return this.#type(gate, pressed);
    if (key === 'n' && pressed.alone && gate.live) {
      this.#answer('no', gate, pressed.hasty || !isReview ? whyNoNo(true, pressed) : undefined);
      return true;
    }
    if (key === 'y') {
      this.#answer('yes', gate, whyNoYes(gate, pressed));
      return true;
    }
    if (pages.includes(key)) return false;
    return !isReview || (gate.live && neighbours.includes(key));
  }

  #answer(answer: 'yes' | 'no', gate: GateView, not: string | undefined): void {
    if (not === undefined) this.#soon.give(answer);
    else this.#note(gate, not);
  }

  #type(gate: GateView, pressed: KeyPress): boolean {
    if (pages.includes(pressed.key) && pressed.key !== 'space') return false;
    const after = typeWord(gate, pressed);
    if (after === 'entered') this.#end({ answer: 'yes', typed: gate.typed });
    else if (after !== gate) this.#put(after);
    return true;
  }

  #current(): GateView | undefined {
    const { gate, review } = this.#store.getState();
    return gate ?? review?.gate;
  }

  #fresh(gate: Gate, changed: readonly string[]): GateView {
    this.#asking += 1;
    this.#arming.begin();
    this.#soon.takeBack();
    this.#writer.scroll('gate', 0);
    return {
      gate,
      asking: this.#asking,
      openedAt: this.#time(),
      facts: gateFacts(this.#store.getState()),
      changed,
      endShown: false,
      live: false,
      typed: '',
    };
  }

  #open(gate: Gate, changed: readonly string[]): void {
    this.#writer.gate(this.#fresh(gate, changed));
  }

  #again(current: GateView, changed: readonly string[]): void {
    const fresh = this.#fresh(current.gate, changed);
    this.#put({ ...fresh, openedAt: current.openedAt });
  }

  #note(gate: GateView, note: string): void {
    this.#put({ ...gate, note });
  }

  #put(gate: GateView): void {
    const { gate: ofRun, review } = this.#store.getState();
    if (ofRun !== undefined) this.#writer.gate(gate);
    else if (review !== undefined) this.#writer.review({ ...review, gate } satisfies Review);
  }

  #end(answer: Answer): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#arming.unarm();
    this.#soon.takeBack();
    if (this.#store.getState().gate !== undefined) this.#writer.gate(undefined);
    waiting?.done();
    waiting?.answer(answer);
  }
}
