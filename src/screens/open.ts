import { failureOf } from '../base/failure.ts';
import { clockText } from '../base/time.ts';
import type { Targets } from './choosing-target.ts';
import { type Acting, commands } from './commands.ts';
import { Farewell, type Left } from './farewell.ts';
import { Frames } from './frames.ts';
import { Gatekeeper } from './gatekeeper.ts';
import { Keyboard } from './keyboard.ts';
import { Live } from './live.ts';
import { expireMessages } from './message-life.ts';
import type { Operations } from './operations.ts';
import { Session } from './session.ts';
import { newStore, type ScreensView } from './store.ts';
import { type Streams, sizeOf, Terminal } from './terminal.ts';
import type { Theme } from './theme.ts';
import type { Timers } from './timers.ts';
import { Writer } from './writer.ts';

export interface ScreensOptions {
  readonly streams: Streams;
  readonly theme: Theme;
  readonly timers: Timers;
  /** Connects to the target; the screen stands already, so that nobody waits before a blank terminal. */
  readonly connect: (target?: string) => Promise<Operations>;
  /** To choose another target when the first one cannot be reached. */
  readonly targets?: Targets;
  readonly transcript: (run: string) => string;
  /** Stops this process until the shell brings it back. */
  readonly suspend: () => Promise<void>;
}

export type { Left };

export interface OpenScreens {
  readonly store: ScreensView;
  /** Resolves when the screens are left and no run is under way. */
  readonly left: Promise<Left>;
  /** What another part of the program has to say to the operator. */
  tell(text: string): void;
  /** SIGTSTP: to the shell, until it brings the program back. */
  suspend(): void;
  /** SIGCONT after a stop that was not ours: the screen may be anything. */
  redraw(): void;
  /** SIGHUP, SIGTERM: the screen ends, the run goes to its safe point. */
  hangUp(why: string): void;
}

/** After the first failure; twice as long after each, to a little over a minute: a plugin may ask a person to log in each time. */
const tryAgainMs = 5000;
/** A gate waits behind a text field: the operator may look elsewhere. */
const bell = '\u0007';

/** Opens the screens on a terminal. */
export function openScreens(options: ScreensOptions): OpenScreens {
  const { streams, timers } = options;
  const store = newStore(timers.now(), sizeOf(streams.output));
  const writer = new Writer(store);
  const time = () => (session.operations?.time ?? timers).now();
  const gates = new Gatekeeper(store, writer, timers, time, () => live?.lookNow());
  const frames = new Frames(store, options.theme, timers);
  let live: Live | undefined;
  const session = new Session({
    store,
    writer,
    gates,
    timers,
    time,
    refresh: () => live?.refresh(),
    defect: (thrown) => {
      live?.stop();
      stopExpiring();
      void terminal.close().then(() => reject(thrown));
    },
    over: (exit) => farewell.over(store.getState(), exit),
  });
  const farewell = new Farewell(options.transcript);
  const { promise: left, resolve, reject } = Promise.withResolvers<Left>();
  let leaving = false;

  const finish = async () => {
    if (leaving) return;
    leaving = true;
    cancelTry();
    await session.ended();
    live?.stop();
    stopExpiring();
    await terminal.close();
    resolve(farewell.leave(store.getState()));
  };
  const hangUp = (why: string) => {
    gates.close(why);
    session.interrupt(why);
    void finish();
  };
  /** A gate that was on the screen is asked again on the next one. */
  const lend = (meanwhile: () => Promise<void>) => {
    gates.drawn(undefined);
    keyboard.drawn(false);
    void terminal.lend(meanwhile);
  };
  const acting: Acting = {
    store,
    writer,
    session,
    leave: () => {
      if (session.busy) writer.leaving({ cursor: 'stay' });
      else void finish();
    },
    finish: () => void finish(),
    elsewhere: options.targets,
    switchTo: (target) => {
      if (session.busy) writer.message('a run is open: it belongs to this target');
      else if (store.getState().ui.waiting !== undefined)
        writer.message('something is being read: it belongs to this target');
      else connect(target);
    },
    suspend: () => lend(options.suspend),
    redraw: () => lend(async () => undefined),
  };
  const keyboard = new Keyboard(acting, gates, timers);
  const terminal = new Terminal(streams, frames, timers, {
    pressed: (pressed) => keyboard.press(pressed),
    drawn: () => {
      gates.drawn(frames.gate);
      keyboard.drawn(frames.asksLeaving);
    },
    gone: hangUp,
  });

  store.subscribe(() => gates.check());
  const stopExpiring = expireMessages(store, writer, timers);
  let rung = 0;
  store.subscribe(({ gate, ui }) => {
    if (gate === undefined || ui.typing === undefined || gate.asking === rung) return;
    rung = gate.asking;
    streams.output.write(bell);
  });
  terminal.onResize((size) => {
    writer.resized(size);
    frames.flush();
  });
  terminal.open();
  let tries = 0;
  let cancelTry: () => void = () => undefined;
  const connect = (wanted?: string) => {
    cancelTry();
    writer.waiting(wanted === undefined ? 'connecting' : `connecting to ${wanted}`);
    void options.connect(wanted).then(
      (operations) => {
        writer.waiting(undefined);
        live?.stop();
        gates.closeReview();
        session.use(operations);
        writer.tick(time());
        writer.target(operations.target, time());
        if (wanted !== undefined || store.getState().ui.refusal !== undefined) writer.jump('dashboard');
        writer.refusal(undefined);
        writer.message(`connected to ${operations.target.context}; nothing was changed by looking`, true);
        if (operations.story !== undefined) {
          writer.story();
          commands.story(acting);
        }
        // Its rollback stands beside a run that it can be taken back with.
        void operations.runbooks().then(
          (runbooks) => (session.operations === operations ? writer.runbooks(runbooks) : undefined),
          () => undefined,
        );
        live = new Live(operations, store, writer, operations.time ?? timers);
        live.start();
      },
      (thrown: unknown) => {
        writer.waiting(undefined);
        if (leaving) return;
        const failure = failureOf(thrown, '');
        // One that was connected before goes on being shown; without any there is nothing else to do than try again.
        const tryInMs = session.operations === undefined ? tryAgainMs * 2 ** Math.min(tries, 4) : undefined;
        const next = tryInMs === undefined ? '' : `, next try ${clockText(timers.now() + tryInMs)}`;
        writer.refusal({ title: `Not connected${next}`, failures: [failure], connecting: true });
        writer.show('plan');
        writer.message(`not connected: ${failure.found}`);
        tries += 1;
        if (tryInMs !== undefined) cancelTry = timers.after(tryInMs, () => connect(wanted));
      },
    );
  };
  connect();
  return {
    store,
    left,
    hangUp,
    suspend: acting.suspend,
    redraw: acting.redraw,
    tell: (text) => writer.message(text),
  };
}
