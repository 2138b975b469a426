import { type Acting, commands } from './commands.ts';
import { takeValue } from './editing.ts';
import { gateShown, isTooSmall } from './gate-shown.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import type { KeyPress, Pressed } from './key-reader.ts';
import { bindingOfKey, bindingOn, elsewhere } from './key-table.ts';
import { leavingOrder, whyNotLeave } from './leaving.ts';
import { below } from './screen-help.ts';
import { findFirst } from './searching.ts';
import { viewOf } from './view.ts';
import { whyNot } from './works.ts';

/** Where a key goes: shell and drawing first, then whatever is open and takes every key, then the table. */
export class Keyboard {
  readonly #acting: Acting;
  readonly #gates: Gatekeeper;

  constructor(acting: Acting, gates: Gatekeeper) {
    this.#acting = acting;
    this.#gates = gates;
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
      this.#small(key);
      return;
    }
    if (state.ui.leaving !== undefined) {
      this.#leaving(key);
      return;
    }
    if (state.ui.typing !== undefined) {
      this.#typing(pressed);
      return;
    }
    if (gate !== undefined && this.#gates.press(pressed)) return;
    this.#command(key);
  }

  #command(key: string): void {
    const { store, writer } = this.#acting;
    const view = viewOf(store.getState());
    const { screen } = view.state.ui;
    const binding = bindingOfKey(key);
    if (binding === undefined) return;
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

  #small(key: string): void {
    if (key === 'q') commands.leave(this.#acting);
    if (key === 'ctrl-c') commands.interrupt(this.#acting);
  }

  #leaving(key: string): void {
    const { store, writer, session, finish } = this.#acting;
    const { run, ui } = store.getState();
    const at = leavingOrder.indexOf(ui.leaving?.cursor ?? 'stay');
    if (key === 'esc') {
      writer.leaving(undefined);
      return;
    }
    const to = { j: at + 1, down: at + 1, k: at - 1, up: at - 1 }[key];
    if (to !== undefined) {
      writer.leaving({ cursor: leavingOrder[Math.max(0, Math.min(2, to))] ?? 'stay' });
      return;
    }
    if (key === 'ctrl-c') {
      commands.interrupt(this.#acting);
      return;
    }
    if (key !== 'enter') return;
    const not = run === undefined ? undefined : whyNotLeave(run);
    if (ui.leaving?.cursor === 'leave' && not !== undefined) {
      writer.message(`not now: ${not}`);
      return;
    }
    writer.leaving(undefined);
    if (ui.leaving?.cursor === 'stop') session.interrupt('leaving');
    if (ui.leaving?.cursor === 'leave') session.abandon('leaving');
    if (ui.leaving?.cursor !== 'stay') finish();
  }

  #typing({ key, alone }: KeyPress): void {
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
      commands.interrupt(this.#acting);
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
