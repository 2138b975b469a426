/** The screens in this process, on an emulator, under a flood of output: how soon a key is drawn, and what memory does. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { applyEvent } from '../src/engine/apply-event.ts';
import { newRun } from '../src/engine/state.ts';
import type { Acting } from '../src/screens/commands.ts';
import { Frames } from '../src/screens/frames.ts';
import { Gatekeeper } from '../src/screens/gatekeeper.ts';
import { Keyboard } from '../src/screens/keyboard.ts';
import { Session } from '../src/screens/session.ts';
import { newStore } from '../src/screens/store.ts';
import { Terminal } from '../src/screens/terminal.ts';
import type { Timers } from '../src/screens/timers.ts';
import { Writer } from '../src/screens/writer.ts';
import { clock } from '../test/record/canned.ts';
import { restoreRun } from '../test/record/canned-runs.ts';
import { Emulator } from '../test/screens/emulator.ts';
import { healthyLook, listing, sampled, target } from '../test/screens/world.ts';

const everyMs = 10;
const linesAtOnce = 100;
const keys = 300;
const million = 1_000_000;
const readings = 10;

export interface Flooded {
  readonly keyMs: readonly number[];
  /** Of this process in that time, the flood's and the emulator's work with it: what is left when the machine does other things too. */
  readonly keyCpuMs: readonly number[];
  readonly frames: number;
  readonly lines: number;
  /** In use after a collection, at equal steps on the way. */
  readonly heapMiB: readonly number[];
}

const timers: Timers = {
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** A run in the middle of its work, all parts as `openScreens` puts them together. */
function opened() {
  const size = { columns: 120, rows: 40 };
  const emulator = new Emulator(size);
  const store = newStore(clock('05:12:00'), size);
  const writer = new Writer(store);
  const gates = new Gatekeeper(store, writer, timers);
  const frames = new Frames(store, { colour: true, unicode: true }, timers);
  const nothing = () => undefined;
  const session = new Session({
    store,
    writer,
    gates,
    timers,
    time: timers.now,
    refresh: nothing,
    defect: nothing,
    over: nothing,
  });
  const acting: Acting = {
    store,
    writer,
    session,
    leave: nothing,
    finish: nothing,
    suspend: nothing,
    redraw: nothing,
    switchTo: nothing,
  };
  const keyboard = new Keyboard(acting, gates, timers);
  const terminal = new Terminal(emulator.streams, frames, timers, {
    pressed: (pressed) => keyboard.press(pressed),
    drawn: () => gates.drawn(frames.gate),
    gone: nothing,
  });
  terminal.open();
  writer.target(target, clock('05:12:00'));
  for (const ordinal of [0, 1, 2])
    sampled({ store, writer, state: store.getState, screen: () => '' }, ordinal, '05:11:00', '05:12:00');
  writer.looked(healthyLook, clock('05:12:00'), 20);
  writer.listed(listing('05:12:00'), clock('05:12:00'), 20);
  let state = newRun;
  for (const event of restoreRun.filter(({ at }) => at <= clock('05:12:00'))) {
    state = applyEvent(state, event);
    writer.ran(event, state);
  }
  writer.jump('run');
  return { emulator, writer, terminal };
}

let line = 0;
const some = (count: number) =>
  Array.from({ length: count }, () => ({
    at: clock('05:12:00'),
    member: `mariadb-server-${line % 3}`,
    text: `[01] ${++line} Compressing and streaming ./nova/instance_extra.ibd to <STDOUT>`,
  }));

function collected(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed / 1024 ** 2;
}

const passed = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export async function flooded(): Promise<Flooded> {
  const { emulator, writer, terminal } = opened();
  const flood = setInterval(() => writer.output(some(linesAtOnce)), everyMs);
  await passed(1000);
  emulator.press('\t');
  const before = emulator.written.length;
  const keyMs: number[] = [];
  const keyCpuMs: number[] = [];
  for (let key = 0; key < keys; key++) {
    // In the pane where all of it arrives: hold what is read, follow again.
    const [press, shows] = key % 2 === 0 ? ['k', 'held, '] : ['G', 'follow, '];
    const from = emulator.written.length;
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    emulator.press(press ?? '');
    while (!emulator.written.slice(from).some((text) => text.includes(shows ?? ''))) {
      if (performance.now() - began > 5000) throw new Error(`${press} was never drawn:\n${emulator.screen()}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    keyMs.push(performance.now() - began);
    const { user, system } = process.cpuUsage(cpu);
    keyCpuMs.push((user + system) / 1000);
    // At another moment of the frame each time.
    await passed(20 + (key % 37));
  }
  clearInterval(flood);
  const frames = emulator.written.length - before;
  writer.jump('run');
  const heapMiB: number[] = [];
  for (let reading = 0; reading < readings; reading++) {
    for (let part = 0; part < million / readings / 1000; part++) {
      writer.output(some(1000));
      if (part % 10 === 0) await passed(1);
    }
    await passed(200);
    // What the emulator has kept of it is no part of the program.
    emulator.written.length = 0;
    heapMiB.push(collected());
  }
  await terminal.close();
  return { keyMs, keyCpuMs, frames, lines: million, heapMiB };
}
