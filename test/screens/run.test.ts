import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../src/engine/apply-event.ts';
import type { RunEvent } from '../../src/engine/event.ts';
import { newRun } from '../../src/engine/state.ts';
import type { Size } from '../../src/screens/state.ts';
import { ProgressWatch } from '../../src/views/progress.ts';
import { clock } from '../record/canned.ts';
import { failedRun, restoreRun } from '../record/canned-runs.ts';
import { healthyLook, listing, newWorld, sampled, type World } from './world.ts';

const golden = async (name: string, world: World) =>
  await expect(world.screen()).toMatchFileSnapshot(`golden/${name}.txt`);

/** The canned restore up to a time of its clock, with what its Jobs have told. */
function running(events: readonly RunEvent[], until: string, size?: Size): World {
  const world = newWorld('05:09:00', size);
  const { writer } = world;
  for (const ordinal of [0, 1, 2]) sampled(world, ordinal, '05:09:30', until);
  writer.looked(healthyLook, clock(until), 20);
  writer.listed(listing(until), clock(until), 20);
  writer.tick(clock(until));
  const watch = new ProgressWatch();
  let state = newRun;
  for (const event of events) {
    if (event.at > clock(until)) break;
    state = applyEvent(state, event);
    watch.event(event, state);
    writer.ran(event, state);
  }
  for (let second = 0; second <= 60; second++) {
    const at = clock(until) - (60 - second) * 1000;
    for (const ordinal of [0, 1, 2])
      watch.pulse(
        {
          step: 'unpack',
          member: `mariadb-server-${ordinal}`,
          phase: 'unpack',
          bytes: (second * 49 - ordinal * 90) * 2 ** 20 + 2 ** 31,
          total: 9.62 * 2 ** 30,
        },
        at,
      );
  }
  writer.progress(watch.at(clock(until)));
  writer.jump('run');
  return world;
}

describe('the run', () => {
  it('in the middle of a step on three members', async () => {
    const world = running(restoreRun, '05:12:20');
    world.writer.output([
      { member: 'mariadb-server-0', at: clock('05:12:18'), text: 'nova/instance_extra.ibd' },
      { member: 'mariadb-server-2', at: clock('05:12:19'), text: 'neutron/ports.ibd' },
    ]);
    await golden('run-80x24', world);
  });

  it('with every step and its time, from 120 x 36 on', async () => {
    await golden('run-120x36', running(restoreRun, '05:12:20', { columns: 120, rows: 36 }));
  });

  it('that has failed says what was expected, what was found, what to do and what is owed', async () => {
    const world = running(failedRun, '05:10:21');
    world.writer.runOver();
    await golden('run-failed-80x24', world);
  });

  it('that has ended well', async () => {
    const world = running(restoreRun, '05:18:10');
    world.writer.runOver();
    await golden('run-ended-80x24', world);
  });
});
