import type { Session } from './session.ts';
import type { ScreensView } from './store.ts';
import type { Writer } from './writer.ts';

/** What is on the screens, and how it changes. */
export interface Context {
  readonly store: ScreensView;
  readonly writer: Writer;
}

/** Beside that, the target and its run. */
export interface SessionContext extends Context {
  readonly session: Session;
}
