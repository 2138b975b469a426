import { dateTimeText } from '../base/time.ts';
import type { Way } from '../engine/event.ts';
import { readDocument } from '../runbook/document.ts';
import { chooseTarget, type Targets } from './choosing-target.ts';
import { chosenRun } from './chosen-run.ts';
import type { SessionContext } from './context.ts';
import { blocksHere, cursorHere } from './cursor-here.ts';
import { runToRepair } from './debt-under-cursor.ts';
import { describe, describePlan } from './describing.ts';
import { editParameters, editValue } from './editing.ts';
import { screenOf, scrollNow } from './frame.ts';
import type { CommandName } from './key-table.ts';
import { openRunOf } from './open-run.ts';
import { reading } from './reading.ts';
import { cursorOf, focusOf } from './screen.ts';
import { shownRun, shownStep } from './screen-run.ts';
import { isOutput, scrollOutput } from './scroll-output.ts';
import { findNext, isSearched } from './searching.ts';
import { viewOf } from './view.ts';
import { writtenView } from './written-view.ts';

export interface Acting extends SessionContext {
  /** Leaves the screens; asks first when a run is under way. */
  readonly leave: () => void;
  /** Leaves without asking, once no run is under way. */
  readonly finish: () => void;
  /** Targets, where nothing is connected yet. */
  readonly elsewhere?: Targets | undefined;
  /** Connects to another target. */
  readonly switchTo: (target: string) => void;
  readonly suspend: () => void;
  readonly redraw: () => void;
}

const listPage = 10;
const storyTitle = 'The story';

/** What each command does. Whether it works now was asked before. */
export const commands: { readonly [C in CommandName]: (acting: Acting) => void } = {
  up: (acting) => move(acting, -1),
  down: (acting) => move(acting, 1),
  first: (acting) => move(acting, Number.NEGATIVE_INFINITY),
  last: (acting) => move(acting, Number.POSITIVE_INFINITY),
  'page-up': (acting) => move(acting, -pageOf(acting)),
  'page-down': (acting) => move(acting, pageOf(acting)),
  'next-block': nextBlock,
  open,
  back: ({ writer, store }) => {
    const { ui } = store.getState();
    if ((ui.filters[ui.screen] ?? '') !== '') writer.filter(ui.screen, '');
    else if ((ui.searches[ui.screen] ?? '') !== '') writer.search(ui.screen, '');
    else if (ui.screen !== 'dashboard') writer.back();
  },
  describe: describeCursor,
  logs,
  wrap: ({ writer, store }) => writer.wrap(!store.getState().ui.wraps),
  transcript,
  filter: ({ writer, store }) => {
    const { ui } = store.getState();
    if (isSearched(ui.screen)) writer.typing({ for: 'search', text: '' });
    else writer.typing({ for: 'filter', text: ui.filters[ui.screen] ?? '' });
    if (ui.screen === 'run') writer.focus('output');
  },
  'next-match': (acting) => findNext(acting, 1),
  'previous-match': (acting) => findNext(acting, -1),
  write,
  edit: editParameters,
  dashboard: ({ writer }) => writer.jump('dashboard'),
  runbooks: (acting) => {
    acting.writer.jump('runbooks');
    reading(
      acting,
      (operations) => operations.runbooks(),
      (runbooks) => acting.writer.runbooks(runbooks),
    );
  },
  backups: ({ writer }) => writer.jump('backups'),
  runs: ({ writer }) => writer.jump('runs'),
  switch: (acting) => chooseTarget(acting),
  help: ({ writer, store }) => {
    if (store.getState().ui.screen === 'help') return;
    writer.scroll('help', 0);
    writer.show('help');
  },
  story,
  backup: ({ session }) => void session.begin({ runbook: 'galera-backup', parameters: {} }),
  restore,
  verify: (acting) => {
    const id = cursorId(acting, 'backups');
    if (id !== undefined) void acting.session.begin({ runbook: 'galera-verify', parameters: { backup: id } });
  },
  repair: ({ session, store }) => {
    const run = runToRepair(viewOf(store.getState()));
    if (run !== undefined) void session.takeUp(run, 'repair');
  },
  resume: takingUp('resume'),
  rollback: takingUp('rollback'),
  close: takingUp('close'),
  leave: ({ leave }) => leave(),
  interrupt: ({ leave, session }) => {
    if (session.interrupt('ctrl-c') === 'none') leave();
  },
  suspend: ({ suspend }) => suspend(),
  redraw: ({ redraw }) => redraw(),
};

/** The run that the keys are about, taken up in one of the ways that a run can be. */
function takingUp(way: Exclude<Way, 'repair'>): (acting: Acting) => void {
  return ({ session, store }) => {
    const chosen = chosenRun(viewOf(store.getState()));
    if (chosen !== undefined) void session.takeUp(chosen.run, way);
  };
}

function move({ store, writer }: Acting, by: number): void {
  const view = viewOf(store.getState());
  const screen = screenOf(view.state);
  const scrolls = scrollNow(view);
  if (scrolls === undefined && isOutput(view)) {
    scrollOutput({ store, writer }, by);
    return;
  }
  if (scrolls !== undefined) {
    const last = Math.max(0, scrolls.lines - scrolls.page);
    const from = Math.min(view.state.ui.scroll[scrolls.name] ?? 0, last);
    writer.scroll(scrolls.name, Math.max(0, Math.min(last, from + by)));
    return;
  }
  const block = focusOf(view.state, screen.blocks(view));
  if (block === undefined) return;
  const at = block.ids.indexOf(cursorOf(view.state, block) ?? '');
  const to = Math.max(0, Math.min(block.ids.length - 1, at + by));
  const id = block.ids[to];
  if (id !== undefined) writer.cursor(block.name, id, to);
}

function pageOf({ store }: Acting): number {
  const view = viewOf(store.getState());
  return scrollNow(view)?.page ?? listPage;
}

function nextBlock({ store, writer }: Acting): void {
  const view = viewOf(store.getState());
  const blocks = blocksHere(view);
  const at = blocks.findIndex(({ name }) => name === focusOf(view.state, blocks)?.name);
  const next = blocks[(at + 1) % Math.max(1, blocks.length)];
  if (next !== undefined) writer.focus(next.name);
}

function cursorId(acting: Acting, wanted: string): string | undefined {
  const cursor = cursorHere(viewOf(acting.store.getState()));
  return cursor?.block === wanted ? cursor.id : undefined;
}

function open(acting: Acting): void {
  const { store, writer, session } = acting;
  const cursor = cursorHere(viewOf(acting.store.getState()));
  const { screen, reading: read } = store.getState().ui;
  if (screen === 'text' && read?.runbook !== undefined)
    return void session.begin({ runbook: read.runbook, parameters: {} });
  if (cursor === undefined) return;
  if (cursor.block === 'runbooks') return void session.begin({ runbook: cursor.id, parameters: {} });
  if (cursor.block === 'backups' && screen === 'dashboard') {
    writer.show('backups');
    return;
  }
  const opens: { readonly [block: string]: () => void } = {
    parameters: () => editValue(acting, cursor.id),
    targets: () => acting.switchTo(cursor.id),
    steps: () => stepText(acting),
    runs: () => openRun(acting, cursor.id),
    ...(screen === 'runs' ? { debts: () => openRun(acting, cursor.id.split(' ')[0] ?? '') } : {}),
  };
  (opens[cursor.block] ?? (() => describe(acting, cursor)))();
}

/** A run as it ended; the one that is under way here is shown as it is. */
function openRun({ session, writer, store }: Acting, run: string): void {
  if (store.getState().run?.state.plan?.run === run) {
    writer.past(undefined);
    writer.show('run');
    return;
  }
  reading(
    { session, writer },
    async (operations) => openRunOf(await operations.run(run)),
    (past) => {
      writer.past(past);
      writer.follow('output');
      writer.show('run');
    },
  );
}

function describeCursor(acting: Acting): void {
  const view = viewOf(acting.store.getState());
  const cursor = cursorHere(view);
  if (view.state.ui.screen === 'plan') describePlan(acting);
  else if (cursor?.block === 'runbooks') readRunbook(acting, cursor.id);
  else if (cursor !== undefined) describe(acting, cursor);
}

/** All that the step under the cursor has written. */
function stepOutput({ store, writer, session }: Acting): void {
  const view = viewOf(store.getState());
  const run = shownRun(view);
  const id = run?.state.plan?.run;
  const step = run === undefined ? undefined : shownStep(view, run);
  if (id === undefined || step === undefined) return;
  reading(
    { writer, session },
    (operations) => operations.stepOutput(id, step),
    (lines) => {
      if (lines.length === 0) {
        writer.message(`no output of step ${step} was kept`);
        return;
      }
      writer.reading({ title: `Output of ${step}, run ${id}`, kind: 'output', lines, at: view.state.now });
      writer.show('text');
    },
  );
}

/** The section of the step under the cursor, as its author has written it. */
function stepText({ store, writer }: Acting): void {
  const view = viewOf(store.getState());
  const run = shownRun(view);
  const id = run === undefined ? undefined : shownStep(view, run);
  const step = run?.state.order.find((planned) => planned.step.id === id)?.step;
  if (step === undefined) return;
  const text = `## ${step.title} \`${step.id}\`\n\n${step.prose}`;
  const dangers = Object.fromEntries((run?.state.order ?? []).map((planned) => [planned.step.id, planned.danger]));
  const title = `Step ${step.id} of run ${run?.state.plan?.run}`;
  writer.reading({ title, kind: 'markdown', lines: text.split('\n'), blocks: readDocument(text), dangers });
  writer.show('text');
}

function readRunbook({ session, writer }: Acting, name: string): void {
  reading(
    { session, writer },
    (operations) => operations.document(name),
    ({ text, blocks, dangers }) => {
      writer.reading({ title: name, kind: 'markdown', lines: text.split('\n'), blocks, dangers, runbook: name });
      writer.show('text');
    },
  );
}

function logs(acting: Acting): void {
  const member = cursorId(acting, 'members');
  const { writer, store } = acting;
  if (member === undefined && store.getState().ui.screen === 'run') {
    stepOutput(acting);
    return;
  }
  if (member === undefined) return;
  reading(
    acting,
    (operations) => operations.logs(member),
    (text) => {
      writer.reading({ title: `Logs of ${member}`, kind: 'output', lines: text.split('\n') });
      writer.show('text');
    },
  );
}

function transcript(acting: Acting): void {
  const { writer, store } = acting;
  const run = chosenRun(viewOf(store.getState()))?.run;
  if (run === undefined) return;
  reading(
    acting,
    (operations) => operations.transcript(run),
    ({ text, blocks }) => {
      writer.reading({ title: `Transcript of run ${run}`, kind: 'markdown', lines: text.split('\n'), blocks });
      writer.show('text');
    },
  );
}

/** What was told last, so that what to do now is in sight; pressed there, it goes on. */
function story({ session, store, writer }: Acting): void {
  const { operations } = session;
  if (operations?.story === undefined) return;
  const { ui } = store.getState();
  const isOpen = ui.screen === 'text' && ui.reading?.title === storyTitle;
  const why = isOpen ? operations.story.goOn() : undefined;
  if (why !== undefined) writer.message(why);
  writer.reading({ title: storyTitle, kind: 'markdown', lines: operations.story.told() });
  writer.show('text');
  const scrolls = scrollNow(viewOf(store.getState()));
  if (scrolls !== undefined) writer.scroll('text', scrolls.lines - scrolls.page);
}

function restore(acting: Acting): void {
  const { store, writer, session } = acting;
  const { ui, listing } = store.getState();
  const rows = listing.last?.value.backups.rows ?? [];
  if (ui.screen !== 'backups') {
    const newest = rows.findIndex(({ mark }) => mark === '=' || mark === '+');
    const row = rows[newest];
    if (row !== undefined) writer.cursor('backups', row.id, newest);
    writer.show('backups');
    return;
  }
  const id = cursorId(acting, 'backups');
  if (id !== undefined) void session.begin({ runbook: 'galera-restore', parameters: { backup: id } });
}

function write(acting: Acting): void {
  const { store, writer } = acting;
  const state = store.getState();
  const name = `${state.ui.screen}-${dateTimeText(state.now).replaceAll(/[: ]/g, '-')}.txt`;
  reading(
    acting,
    (operations) => operations.write(name, writtenView(state)),
    (path) => writer.message(`written to ${path}`),
  );
}
