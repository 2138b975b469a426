import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { practiceClock } from '../../src/commands/practice-ports.ts';
import { newWorld, practiceBegins } from '../../src/simulator/build.ts';
import { Simulation } from '../../src/simulator/simulation.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('time passes at the pace while somebody looks on, and stands still when nobody does', () => {
  const simulation = new Simulation(newWorld());
  const clock = practiceClock(simulation, { pace: 0.25 });
  vi.advanceTimersByTime(1000);
  expect(clock.now()).toBe(practiceBegins);
  const lookAway = clock.lookOn();
  vi.advanceTimersByTime(1000);
  expect(clock.now()).toBe(practiceBegins + 4000);
  lookAway();
  vi.advanceTimersByTime(1000);
  expect(clock.now()).toBe(practiceBegins + 4000);
});

test('a clock without a pace moves nothing for a person who looks', () => {
  const simulation = new Simulation(newWorld());
  const before = simulation.world;
  practiceClock(simulation).lookOn();
  vi.advanceTimersByTime(60_000);
  expect(simulation.world).toBe(before);
});

test('what waits in the background is woken by time that passes by itself', async () => {
  const clock = practiceClock(new Simulation(newWorld()), { pace: 0.25 });
  let woken = 0;
  void clock.sleep(1000, undefined, true).then(() => {
    woken = clock.now();
  });
  await vi.advanceTimersByTimeAsync(1000);
  expect(woken).toBe(0);
  clock.lookOn();
  await vi.advanceTimersByTimeAsync(250);
  expect(woken).toBe(practiceBegins + 1000);
});
