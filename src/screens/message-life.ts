import { screenOf } from './frame.ts';
import type { Ui } from './state.ts';
import type { ScreensView } from './store.ts';
import type { Timers } from './timers.ts';
import type { Writer } from './writer.ts';

/** How long row 23 says what a key did, where the screen has a line of its own to come back to, and where it has none. */
const besideMs = 5000;
const aloneMs = 10_000;

/**
 * Takes messages from row 23 when their time is over, so that nobody takes an old one for news. It counts in a person's time: a practice's
 * runs faster. One that lasts is none of a key: it stays until the first. Gives what ends it.
 */
export function expireMessages(store: ScreensView, writer: Writer, timers: Timers): () => void {
  let shown: Ui['message'];
  let cancel: () => void = () => undefined;
  const wait = (message: NonNullable<Ui['message']>, ms: number, then: () => void) => {
    cancel = timers.after(ms, () => {
      if (store.getState().ui.message === message) then();
    });
  };
  const unsubscribe = store.subscribe(({ ui: { message } }) => {
    if (message === shown) return;
    shown = message;
    cancel();
    if (message === undefined || message.lasting === true) return;
    wait(message, besideMs, () => {
      if (screenOf(store.getState()).line === undefined)
        wait(message, aloneMs - besideMs, () => writer.forget(message));
      else writer.forget(message);
    });
  });
  return () => {
    cancel();
    unsubscribe();
  };
}
