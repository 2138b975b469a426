import type { RunEvent } from '../engine/event.ts';
import type { RunState } from '../engine/state.ts';
import type { MemberStatus } from '../galera/wsrep-status.ts';
import type { Progress } from '../views/progress.ts';
import { changesOfLook, changesOfMember } from './happenings.ts';
import { owedSince } from './open-run.ts';
import type { ClusterLook, Listing, RunbookRow, Target } from './operations.ts';
import { answered, unanswered, withStatus } from './samples.ts';
import type {
  Editing,
  GateView,
  Happening,
  OpenRun,
  OutputLine,
  Reading,
  Review,
  ScreenName,
  ScreensState,
  Size,
  TargetRow,
  Ui,
} from './state.ts';
import type { ScreensStore } from './store.ts';
import { whatWent } from './what-went.ts';

const seenAtMost = 200;
/** Older lines are in the run's record. */
const outputAtMost = 5000;

/** The only one that writes the store, so that what is shown has one history. A test holds the folder to it. */
export class Writer {
  readonly #store: ScreensStore;

  constructor(store: ScreensStore) {
    this.#store = store;
  }

  #set(change: (state: ScreensState) => Partial<ScreensState>): void {
    this.#store.setState(change);
  }

  #ui(change: (ui: Ui, state: ScreensState) => Partial<Ui>): void {
    this.#set((state) => ({ ui: { ...state.ui, ...change(state.ui, state) } }));
  }

  // --- the world

  tick(now: number): void {
    this.#set(() => ({ now }));
  }

  resized(size: Size): void {
    this.#set(() => ({ size }));
  }

  /** Another target: nothing that was known holds. */
  target(target: Target, at: number): void {
    this.#set(({ ui: { past: _past, ...ui } }) => ({
      target,
      look: {},
      members: {},
      listing: {},
      seen: [],
      run: undefined,
      openedAt: at,
      ui: { ...ui, cursors: {}, filters: {} },
    }));
  }

  looked(look: ClusterLook, at: number, tookMs: number): void {
    this.#set((state) => ({
      look: answered(look, at, tookMs),
      seen: withSeen(state, changesOfLook(state.look.last?.value, look, state.target?.service ?? '', at, state.seen)),
    }));
  }

  lookFailed(found: string, at: number): void {
    this.#set(({ look }) => ({ look: unanswered(look, found, at) }));
  }

  sampled(member: string, status: MemberStatus, at: number, tookMs: number): void {
    this.#set((state) => {
      const before = state.members[member];
      const after = withStatus(before, status, at, tookMs);
      return {
        members: { ...state.members, [member]: after },
        seen: withSeen(state, changesOfMember(member, before, after)),
      };
    });
  }

  sampleFailed(member: string, found: string, at: number): void {
    this.#set(({ members }) => {
      const before = members[member] ?? { sql: {}, history: [] };
      return { members: { ...members, [member]: { ...before, sql: unanswered(before.sql, found, at) } } };
    });
  }

  listed(listing: Listing, at: number, tookMs: number): void {
    const { ui, listing: before } = this.#store.getState();
    const gone = whatWent(ui, before.last?.value, listing);
    this.#set(() => ({ listing: answered(listing, at, tookMs) }));
    if (gone !== undefined) this.message(gone);
  }

  listFailed(found: string, at: number): void {
    this.#set(({ listing }) => ({ listing: unanswered(listing, found, at) }));
  }

  runbooks(runbooks: readonly RunbookRow[]): void {
    this.#set(() => ({ runbooks }));
  }

  story(): void {
    this.#set(() => ({ story: true }));
  }

  targets(targets: readonly TargetRow[]): void {
    this.#set(() => ({ targets }));
  }

  /** What was read of one of them. */
  targetRead(name: string, read: Pick<TargetRow, 'identity' | 'failing'>): void {
    this.#set(({ targets }) => ({
      targets: (targets ?? []).map((each) => (each.name === name ? { ...each, ...read } : each)),
    }));
  }

  // --- the run

  ran(event: RunEvent, run: RunState): void {
    this.#set(({ run: before, ui }) => ({
      // A run of before that is looked at and taken up: what is known of it stays known.
      run: withEvent(
        [before, ui.past].find((each) => isSame(each, run)),
        event,
        run,
      ),
      ui: goingOn(ui, event),
    }));
  }

  progress(progress: Progress | undefined): void {
    this.#set(({ run }) => {
      if (run === undefined) return {};
      const { progress: _before, ...rest } = run;
      return { run: progress === undefined ? rest : { ...rest, progress } };
    });
  }

  output(lines: readonly OutputLine[]): void {
    this.#set(({ run }) =>
      run === undefined
        ? {}
        : {
            run: {
              ...run,
              output: {
                lines: [...run.output.lines, ...lines].slice(-outputAtMost),
                total: run.output.total + lines.length,
              },
            },
          },
    );
  }

  runOver(): void {
    this.#set(({ run }) => (run === undefined ? {} : { run: { ...run, going: false } }));
  }

  // --- gates

  review(review: Review | undefined): void {
    this.#set(() => ({ review }) as Partial<ScreensState>);
  }

  gate(gate: GateView | undefined): void {
    this.#set(() => ({ gate }) as Partial<ScreensState>);
  }

  // --- what the operator does

  show(screen: ScreenName): void {
    this.#ui((ui) =>
      ui.screen === screen ? {} : { screen, back: [...ui.back.filter((each) => each !== screen), ui.screen] },
    );
  }

  /** To a screen of its own, with nothing to go back to but the dashboard. */
  jump(screen: ScreenName): void {
    this.#ui(() => ({ screen, back: screen === 'dashboard' ? [] : ['dashboard'] }));
  }

  back(): void {
    this.#ui(({ back }) => ({ screen: back.at(-1) ?? 'dashboard', back: back.slice(0, -1) }));
  }

  focus(block: string): void {
    this.#ui(({ focus, screen }) => ({ focus: { ...focus, [screen]: block } }));
  }

  cursor(block: string, id: string, at: number): void {
    this.#ui(({ cursors }) => ({ cursors: { ...cursors, [block]: { id, at } } }));
  }

  scroll(screen: string, top: number): void {
    this.#ui(({ scroll }) => ({ scroll: { ...scroll, [screen]: Math.max(0, top) } }));
  }

  /** Back to the end, which moves on by itself. */
  follow(screen: string): void {
    this.#ui(({ scroll: { [screen]: _held, ...scroll } }) => ({ scroll }));
  }

  /** As if nobody had moved it. */
  uncursor(block: string): void {
    this.#ui(({ cursors: { [block]: _moved, ...cursors } }) => ({ cursors }));
  }

  search(screen: string, text: string): void {
    this.#ui(({ searches }) => ({ searches: { ...searches, [screen]: text } }));
  }

  wrap(wraps: boolean): void {
    this.#ui(() => ({ wraps }));
  }

  typing(typing: Ui['typing']): void {
    this.#ui(() => ({ typing }) as Partial<Ui>);
  }

  filter(screen: ScreenName, text: string): void {
    this.#ui(({ filters }) => ({ filters: { ...filters, [screen]: text } }));
  }

  message(says: string, lasting?: true): void {
    this.#ui((_, { now }) => ({ message: { at: now, says, ...(lasting === undefined ? {} : { lasting }) } }));
  }

  /** Unless something else was said since. */
  forget(message: Ui['message']): void {
    this.#set(({ ui: { message: shown, ...ui } }) => (shown === message ? { ui } : {}));
  }

  waiting(says: string | undefined): void {
    if (says === undefined && this.#store.getState().ui.waiting === undefined) return;
    this.#ui((_, { now }) => ({ waiting: says === undefined ? undefined : { since: now, says } }) as Partial<Ui>);
  }

  refusal(refusal: Ui['refusal']): void {
    this.#ui(() => ({ refusal }) as Partial<Ui>);
  }

  reading(reading: Reading): void {
    this.#ui(({ scroll, searches }) => ({
      reading,
      scroll: { ...scroll, text: 0 },
      // What was searched for in another text is no reason for an esc more.
      searches: { ...searches, text: '' },
    }));
  }

  editing(editing: Editing): void {
    this.#ui(() => ({ editing }));
  }

  /** A run of before, as it ended. */
  past(past: OpenRun | undefined): void {
    this.#ui(({ cursors: { steps: _steps, ...cursors } }) => ({ past, cursors }) as Partial<Ui>);
  }

  leaving(leaving: Ui['leaving']): void {
    this.#ui(() => ({ leaving }) as Partial<Ui>);
  }
}

function withSeen({ seen }: ScreensState, more: readonly Happening[]): readonly Happening[] {
  return more.length === 0 ? seen : [...more.toReversed(), ...seen].slice(0, seenAtMost);
}

/** A cursor on the step at work goes on with the work, unless its output is being read. */
function goingOn(ui: Ui, event: RunEvent): Ui {
  const { past, ...rest } = ui;
  // What goes on is shown in the place of what was.
  if (past !== undefined) return rest;
  const { steps, ...cursors } = ui.cursors;
  const over = event.type === 'step-passed' && event.step === steps?.id && ui.scroll.output === undefined;
  return over ? { ...ui, cursors } : ui;
}

function isSame(of: OpenRun | undefined, { plan }: RunState): boolean {
  return of !== undefined && of.state.plan?.run === plan?.run;
}

function withEvent(before: OpenRun | undefined, event: RunEvent, state: RunState): OpenRun {
  const { events: earlier = [], owedSince: since = {}, output = { lines: [], total: 0 } } = before ?? {};
  const events = [...earlier, event];
  return {
    ...before,
    output,
    state,
    events,
    going: true,
    owedSince: event.type === 'debt-owed' ? owedSince(events) : since,
  };
}
