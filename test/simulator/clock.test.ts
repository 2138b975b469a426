import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/simulator/clock.ts';

function clockAt(start: number) {
  const time = { now: start, moves: [] as number[] };
  const clock = new VirtualClock(
    () => time.now,
    (ms) => {
      time.now += ms;
      time.moves.push(ms);
    },
  );
  return { clock, time };
}

test('time moves to the earliest of those who sleep, one after the other', async () => {
  const { clock, time } = clockAt(1000);
  const woke: string[] = [];
  await Promise.all(
    (
      [
        ['c', 300],
        ['a', 100],
        ['b', 100],
      ] as const
    ).map(async ([name, ms]) => {
      await clock.sleep(ms);
      woke.push(`${name} ${clock.now()}`);
    }),
  );
  expect(woke).toEqual(['a 1100', 'b 1100', 'c 1300']);
  expect(time.moves).toEqual([100, 200]);
});

test('whoever is woken has its turn before time moves on', async () => {
  const { clock } = clockAt(0);
  const seen: number[] = [];
  const often = (async () => {
    for (let i = 0; i < 3; i++) {
      await clock.sleep(10);
      await Promise.resolve();
      seen.push(clock.now());
    }
  })();
  await clock.sleep(100);
  await often;
  expect(seen).toEqual([10, 20, 30]);
});

test('a sleeper in the background wakes when time passes, and does not move it', async () => {
  const { clock, time } = clockAt(0);
  let renewed = 0;
  const renewing = clock.sleep(50, undefined, true).then(() => {
    renewed = clock.now();
  });
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(time.now).toBe(0);
  await clock.sleep(80);
  await renewing;
  expect(renewed).toBe(50);
});

test('a signal ends a sleep with its reason, and time does not wait for it', async () => {
  const { clock, time } = clockAt(0);
  const stop = new AbortController();
  const sleeping = clock.sleep(1_000_000, stop.signal);
  stop.abort('enough');
  await expect(sleeping).rejects.toBe('enough');
  await expect(clock.sleep(5, stop.signal)).rejects.toBe('enough');
  await clock.sleep(10);
  expect(time.now).toBe(10);
});

test('with a pace it takes real time, in parts', async () => {
  const time = { now: 0, moves: 0 };
  const clock = new VirtualClock(
    () => time.now,
    (ms) => {
      time.now += ms;
      time.moves++;
    },
    { pace: 0.1 },
  );
  await clock.sleep(1200);
  expect(time).toEqual({ now: 1200, moves: 3 });
});
