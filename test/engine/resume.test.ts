import { describe, expect, it } from 'vitest';
import { failure } from '../../src/base/failure.ts';
import { owed } from '../../src/engine/state.ts';
import { crashed, everyPlace, type Ground, otherEnds, row } from './crash.ts';
import { act, catalogueOf, check, drivingOf, newWorld, plannedOn, runbook, step, type World } from './fakes.ts';

/** A restore in small: a check, copies (owed), cut (owed, disrupts), swap (destroys), the comparison, traffic, copies away. */
const steps = [
  step('room', 'look', { kind: 'check', until: 'unpack' }),
  step('unpack', 'unpack'),
  step('cut', 'cut'),
  step('swap', 'swap'),
  step('same', 'galera.same-data', { kind: 'check', until: 'traffic' }),
  step('traffic', 'traffic.put-back', { pays: ['cut'] }),
  step('discard', 'discard', { pays: ['unpack'] }),
];

const catalogue = (world: World) =>
  catalogueOf(
    check(world, 'look'),
    act(world, 'unpack', { owes: true, stoppable: true }),
    act(world, 'cut', { owes: true, maxDanger: 'disrupts' }),
    act(world, 'swap', { maxDanger: 'destroys' }),
    check(world, 'galera.same-data', { proof: 1 }),
    act(world, 'traffic.put-back'),
    act(world, 'discard'),
  );

function ground(change: (world: World) => void = () => undefined): Ground<World> {
  return {
    fresh() {
      const world = newWorld();
      change(world);
      return world;
    },
    driving: (world) => drivingOf(world, catalogue(world), false),
    runbook: () => runbook(steps),
    async begin(run, world) {
      const { plan } = await plannedOn(this.driving(world), steps);
      await run.append({ type: 'run-started', plan, mode: 'yes', by: 'me@here', format: 1 });
    },
    picture: (world, state) => ({
      done: world.done,
      exit: state.exit,
      owed: owed(state).map(({ id }) => id),
      closed: state.closed,
      unproven: state.unproven,
    }),
  };
}

async function table(of: Ground<World>, takeUp: 'resume' | 'repair' = 'resume') {
  const { end, places } = await everyPlace(of);
  const ends = await Promise.all(places.map((place) => crashed(of, [place], takeUp)));
  return { end, places, ends };
}

describe('a run killed at any place', () => {
  it.each([
    ['that goes well', () => undefined],
    [
      'whose cut fails',
      (world: World) => {
        world.fails = { cut: failure('failed', 'it to work', 'it broke', 'mend it') };
      },
    ],
    [
      'whose check refuses',
      (world: World) => {
        world.fails = { room: failure('refused', 'room', 'none', 'make room') };
      },
    ],
  ])('%s ends as it would have, once resumed', async (_, change) => {
    const { end, ends } = await table(ground(change));
    expect(ends.length).toBeGreaterThan(5);
    expect(otherEnds(end, ends)).toEqual([]);
  });

  it('does no effect twice that has happened', async () => {
    const { ends } = await table(ground());
    for (const { picture } of ends) {
      const { done } = picture as { done: string[] };
      expect(new Set(done).size).toBe(done.length);
    }
  });

  it('ends as it would have when its second process is killed too', async () => {
    const { end, places } = await everyPlace(ground());
    const pairs = places.flatMap((first) =>
      places.filter(({ number }) => number <= 12).map((second) => [first, second]),
    );
    const ends = await Promise.all(pairs.map((pair) => crashed(ground(), pair)));
    expect(otherEnds(end, ends)).toEqual([]);
  });

  it('owes nothing once repaired, whether it was before its point of no return or after', async () => {
    const { ends } = await table(ground(), 'repair');
    const owing = ends.filter(({ picture }) => (picture as { owed: string[] }).owed.length > 0);
    expect(owing.map(row)).toEqual([]);
  });
});
