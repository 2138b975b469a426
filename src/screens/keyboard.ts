import { type Acting, commands } from './commands.ts';
import { takeValue } from './editing.ts';
import { gateShown, isTooSmall } from './gate-shown.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import { isTyped, type KeyPress, type Pressed, tooFast } from './key-reader.ts';
import { bindingOfKey, bindingOn, elsewhere, isHarmless } from './key-table.ts';
import { LeavingKeys } from './leaving-keys.ts';
import { below } from './screen-help.ts';
import { findFirst } from './searching.ts';
import type { Timers } from './timers.ts';
import { viewOf } from './view.ts';
import { whyNot } from './works.ts';

/** Where a key goes: shell and drawing first, then whatever is open and takes every key, then the table. */
export class Keyboard {
  readonly #acting: Acting;
  readonly #gates: Gatekeeper;
  readonly #leaving: LeavingKeys;

  constructor(acting: Acting, gates: Gatekeeper, timers: Timers) {
    this.#acting = acting;
    this.#gates = gates;
    this.#leaving = new LeavingKeys(acting, () => timers.now());
  }

  /** A frame was written. `asksLeaving`: with the question about leaving in it. */
  drawn(asksLeaving: boolean): void {
    this.#leaving.drawn(asksLeaving);
  }

  press(pressed: Pressed): void {
    const state = this.#acting.store.getState();
    const gate = gateShown(state);
    if (state.ui.message?.lasting === true) this.#acting.writer.forget(state.ui.message);
    if ('pasted' in pressed) {
      if (gate !== undefined) this.#gates.press(pressed);
      else this.#acting.writer.message('pasted text is not taken');
      return;
    }
    const { key } = pressed;
    if (key === 'ctrl-z') {
      commands.suspend(this.#acting);
      return;
    }
    if (key === 'ctrl-l') {
      commands.redraw(this.#acting);
      return;
    }
    if (isTooSmall(state)) {
      if (key === 'q' || key === 'ctrl-c') this.#command(pressed);
      return;
    }
    if (state.ui.leaving !== undefined) {
      if (key === 'ctrl-c') this.#interrupt(pressed);
      else this.#leaving.press(pressed);
      return;
    }
    if (state.ui.typing !== undefined) {
      this.#typing(pressed);
      return;
    }
    if (gate !== undefined && this.#gates.press(pressed)) return;
    this.#command(pressed);
  }

  #command(pressed: KeyPress): void {
    const { store, writer } = this.#acting;
    const { key } = pressed;
    const view = viewOf(store.getState());
    const { screen } = view.state.ui;
    const binding = bindingOfKey(key);
    if (binding === undefined) return;
    if (binding.command === 'interrupt') {
      this.#interrupt(pressed);
      return;
    }
    if (!isTyped(pressed) && !isHarmless(binding.command)) {
      writer.message(`${key} ${binding.word}: ${tooFast('it')}`);
      return;
    }
    // Help is about the screen below it: what works there is done there.
    const isBelow = screen === 'help' && !bindingOn(binding, screen);
    const there = isBelow ? below(view) : view;
    const why = bindingOn(binding, there.state.ui.screen) ? whyNot(binding.command, there) : elsewhere(binding);
    if (why !== undefined) {
      writer.message(`${key} ${binding.word}: ${why}`);
      return;
    }
    if (isBelow) writer.back();
    commands[binding.command](this.#acting);
  }

  /** Held down it is one press, also when the run that the first stopped has ended since. */
  #interrupt(pressed: KeyPress): void {
    const { session, writer } = this.#acting;
    if (!pressed.repeated && isTyped(pressed)) commands.interrupt(this.#acting);
    // Of a run that was asked to stop, row 23 has the answer, or its end.
    else if (!session.stopAsked)
      writer.message(`ctrl-c: ${isTyped(pressed) ? 'the same again too soon, let go for a second' : tooFast('it')}`);
  }

  #typing(pressed: KeyPress): void {
    const { key, alone } = pressed;
    const { store, writer } = this.#acting;
    const { ui } = store.getState();
    if (ui.typing === undefined) return;
    const { text, for: what } = ui.typing;
    const change = (next: string) => {
      writer.typing({ ...ui.typing, for: what, text: next });
      if (what === 'filter') writer.filter(ui.screen, next);
      else if (what === 'search') {
        writer.search(ui.screen, next);
        if (next !== '') findFirst(this.#acting);
      }
    };
    if (key === 'esc') {
      if (what === 'filter') writer.filter(ui.screen, '');
      else if (what === 'search') writer.search(ui.screen, '');
      writer.typing(undefined);
      return;
    }
    if (key === 'ctrl-c') {
      // The field gives up row 23, where the answer stands.
      writer.typing(undefined);
      this.#interrupt(pressed);
      return;
    }
    if (key === 'enter') {
      writer.typing(undefined);
      if (what === 'parameter') takeValue(this.#acting, ui.typing.name ?? '', text);
      return;
    }
    if (key === 'backspace') {
      change([...text].slice(0, -1).join(''));
      return;
    }
    if (key === 'space') {
      change(`${text} `);
      return;
    }
    if ([...key].length === 1 && (alone || text.length < 100)) change(text + key);
  }
}
