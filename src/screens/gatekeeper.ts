import type { Gate } from '../engine/event.ts';
import type { Answer } from '../engine/frontend.ts';
import { isCaughtUp } from './caught-up.ts';
import { clusterNow } from './cluster-now.ts';
import { changedFacts, gateFacts } from './gate-facts.ts';
import { fingersMs, isTyped, type KeyPress, type Pressed, tooFast } from './key-reader.ts';
import type { Proposal } from './operations.ts';
import { positionNow } from './position-now.ts';
import type { GateView, Review } from './state.ts';
import type { ScreensView } from './store.ts';
import type { Writer } from './writer.ts';

/** What is pressed before this has passed since the gate was drawn was meant for something else (design §6.18). */
export const armedAfterMs = 400;
/** Longer than that nobody is kept waiting for what the screen shows of the cluster: what comes later is asked again. */
const settledAfterMs = 3000;

export interface Timers {
  now(): number;
  /** Calls once after `ms`, unless the function that it gives is called first. */
  after(ms: number, call: () => void): () => void;
}

/** Why a review is over without an answer: another plan is looked at. */
export const replaced = 'another plan was asked for';

const pastedNote = 'too fast for fingers: taken for a paste, type it';

const heldDown = 'a key held down does not answer: let go for a second';

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
  readonly #timers: Timers;
  readonly #time: () => number;
  readonly #asked: () => void;
  #waiting: Waiting | undefined;
  #asking = 0;
  #drawn: number | undefined;
  /** When a page of this asking was first on the screen, the last one or not. */
  #seen: { readonly asking: number; readonly at: number } | undefined;
  #disarm: () => void = () => undefined;
  /** Its last line has stood there for long enough. */
  #armed = false;
  /** What the screen shows of the cluster has the run's own last step in it. */
  #settled = true;
  #settle: { readonly since: number; readonly by: number } = { since: 0, by: 0 };
  /** Takes back an answer that was given just now. */
  #recall: (() => void) | undefined;

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
    this.#timers = timers;
    this.#time = time;
  }

  /** A gate of the run. Default is no; an aborted signal is no answer at all. */
  ask(gate: Gate, signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve) => {
      const aborted = () => this.#end({ answer: 'no', why: 'the run did not wait for an answer' });
      this.#waiting = {
        answer: resolve,
        done: () => signal.removeEventListener('abort', aborted),
      };
      this.#settled = false;
      this.#settle = { since: this.#time(), by: this.#timers.now() + settledAfterMs };
      this.#open(gate, []);
      this.#asked();
      if (signal.aborted) aborted();
      else signal.addEventListener('abort', aborted, { once: true });
    });
  }

  /** Shows a plan with its gate; `yes` begins. */
  review(proposal: Proposal): Promise<Answer> {
    // A run's gate has the keys: what waits for them now is not this plan.
    if (this.#store.getState().gate !== undefined) return Promise.resolve({ answer: 'no', why: replaced });
    this.closeReview();
    return new Promise((resolve) => {
      this.#waiting = { answer: resolve, done: () => this.#writer.review(undefined) };
      // Nothing of ours has moved the cluster since it was looked at last.
      this.#settled = true;
      const position = positionNow(clusterNow(this.#store.getState()));
      const gate = this.#fresh(proposal.gate, []);
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
      if (this.#drawn !== undefined) this.#again(current, []);
      return;
    }
    if (shown.asking !== current.asking) return;
    if (this.#seen?.asking !== shown.asking) this.#seen = { asking: shown.asking, at: this.#timers.now() };
    if (shown.endShown && !current.endShown) this.#put({ ...current, endShown: true });
    if (!shown.endShown || this.#drawn === shown.asking) return;
    this.#drawn = shown.asking;
    this.#disarm = this.#timers.after(armedAfterMs, () => {
      this.#armed = true;
      this.#goLive();
    });
  }

  #goLive(): void {
    const current = this.#current();
    if (current === undefined || current.live || !this.#armed || this.#drawn !== current.asking) return;
    this.#settled ||= this.#isSettled();
    if (this.#settled) this.#put({ ...withoutNote(current), live: true, liveSince: this.#time() });
    else this.#disarm = this.#timers.after(Math.max(1, this.#settle.by - this.#timers.now()), () => this.#goLive());
  }

  #isSettled(): boolean {
    return this.#timers.now() >= this.#settle.by || isCaughtUp(this.#store.getState(), this.#settle.since);
  }

  /** The world has moved: a gate whose facts have changed closes and asks again. */
  check(): void {
    const current = this.#current();
    if (current === undefined) return;
    const facts = gateFacts(this.#store.getState());
    const changed = changedFacts(current.facts, facts);
    if (!this.#settled) this.#catchUp(current, changed.length > 0 ? facts : undefined);
    else if (changed.length > 0 && this.#drawn !== undefined) this.#again(current, changed);
  }

  /** What the run's last step did comes to the screen: keys go live a moment after all of it was drawn. */
  #catchUp(current: GateView, facts: readonly string[] | undefined): void {
    this.#settled = this.#isSettled();
    if (facts !== undefined) {
      this.#unarm();
      this.#put({ ...current, facts });
    } else if (this.#settled) this.#goLive();
  }

  #unarm(): void {
    this.#armed = false;
    this.#drawn = undefined;
    this.#disarm();
    this.#forget();
  }

  /** A key while a gate is on the screen. False: it means something else there. */
  press(pressed: Pressed): boolean {
    this.#takeBack();
    const gate = this.#current();
    if (gate === undefined) return false;
    const isReview = this.#store.getState().gate === undefined;
    if ('pasted' in pressed) {
      this.#note(gate, 'pasted text does not answer');
      return true;
    }
    const { key } = pressed;
    if (key === 'esc' || key === 'ctrl-c') {
      const not = isReview ? undefined : this.#whyNoNo(gate, pressed);
      if (not === undefined) this.#end({ answer: 'no' });
      else this.#note(gate, not);
      return true;
    }
    if (gate.gate.need === 'typed' && gate.endShown) return this.#type(gate, pressed);
    if (key === 'n' && pressed.alone && gate.live) {
      if (pressed.repeated && !isReview) this.#note(gate, heldDown);
      else if (pressed.hasty) this.#note(gate, tooFast('n'));
      else this.#answerSoon('no');
      return true;
    }
    if (key === 'y') {
      this.#yes(gate, pressed);
      return true;
    }
    if (pages.includes(key)) return false;
    return !isReview || (gate.live && neighbours.includes(key));
  }

  /** Of a run a no is an answer too: clients may be cut off. Meant for what was on the screen before, or held down since then, it is none. */
  #whyNoNo(gate: GateView, pressed: KeyPress): string | undefined {
    const seen = this.#seen?.asking === gate.asking ? this.#timers.now() - this.#seen.at : -1;
    if (pressed.repeated) return heldDown;
    if (!isTyped(pressed)) return tooFast(pressed.key);
    return seen < armedAfterMs ? 'that was too early: press it again in a second' : undefined;
  }

  #yes(gate: GateView, pressed: KeyPress): void {
    if (!gate.endShown) {
      this.#note(gate, 'not before its last line was shown');
      return;
    }
    if (!gate.live) {
      this.#note(gate, 'that was too early: press y again in a second');
      return;
    }
    if (!pressed.alone) {
      this.#note(gate, 'several keys at once do not answer');
      return;
    }
    if (pressed.repeated) {
      this.#note(gate, heldDown);
      return;
    }
    if (pressed.hasty) this.#note(gate, tooFast('y'));
    else this.#answerSoon('yes');
  }

  /** `y` and `n` are first letters of many a text: they answer once nothing has followed them as fast as a paste does. */
  #answerSoon(answer: 'yes' | 'no', from = this.#timers.now()): void {
    this.#recall = this.#timers.after(fingersMs, () => {
      // The program was busy: what came meanwhile has not been read yet.
      const isLate = this.#timers.now() - from >= 2 * fingersMs;
      if (isLate) this.#answerSoon(answer);
      else this.#end({ answer });
    });
  }

  #takeBack(): void {
    if (this.#recall === undefined) return;
    this.#forget();
    const gate = this.#current();
    if (gate !== undefined) this.#note(gate, tooFast('it'));
  }

  #forget(): void {
    this.#recall?.();
    this.#recall = undefined;
  }

  #type(gate: GateView, pressed: KeyPress): boolean {
    const { key } = pressed;
    const word = gate.gate.word ?? '';
    if (key === 'enter') {
      if (!gate.live || gate.typed !== word) return true;
      if (pressed.alone && !pressed.hasty) this.#end({ answer: 'yes', typed: gate.typed });
      else this.#put({ ...gate, typed: '', note: pastedNote });
      return true;
    }
    if (key === 'backspace') {
      this.#put({ ...gate, typed: gate.typed.slice(0, -1) });
      return true;
    }
    if (key.length > 1 && key !== 'space') return !pages.includes(key);
    if (!gate.live) this.#note(gate, 'that was too early: begin again');
    else if (!pressed.alone || pressed.hasty) this.#put({ ...gate, typed: '', note: pastedNote });
    else if (gate.typed.length <= word.length + 8) {
      this.#put({ ...withoutNote(gate), typed: gate.typed + (key === 'space' ? ' ' : key) });
    }
    return true;
  }

  #current(): GateView | undefined {
    const { gate, review } = this.#store.getState();
    return gate ?? review?.gate;
  }

  #fresh(gate: Gate, changed: readonly string[]): GateView {
    this.#asking += 1;
    this.#unarm();
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
    this.#unarm();
    if (this.#store.getState().gate !== undefined) this.#writer.gate(undefined);
    waiting?.done();
    waiting?.answer(answer);
  }
}

function withoutNote({ note: _note, ...gate }: GateView): GateView {
  return gate;
}
