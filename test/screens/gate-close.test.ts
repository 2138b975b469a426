import { describe, expect, it } from 'vitest';
import { applyEvent, foldEvents } from '../../src/engine/apply-event.ts';
import type { PlannedStep } from '../../src/engine/event.ts';
import { gateOfPlan } from '../../src/engine/gate-of-plan.ts';
import { kept } from '../../src/engine/state.ts';
import { clock, plannedStep } from '../record/canned.ts';
import { fullEvents } from './restore.ts';
import { healthy } from './world.ts';

const closing: PlannedStep = plannedStep('close', 'do', {
  step: { title: 'Remove what was set aside', action: 'restore.discard-kept', pays: ['swap'] },
  danger: 'destroys',
  gate: 'typed',
  says: ['removes data set aside on 3 volumes'],
  effects: [0, 1, 2].map((ordinal) => ({
    object: `volume of claim data-mariadb-server-${ordinal}`,
    field: 'galera_runbook_k7m2q9',
    from: 'data set aside',
    to: 'deleted',
  })),
});

/** The run of before, taken up to be closed. */
function closed() {
  const before = foldEvents(fullEvents);
  const event = {
    seq: before.seq + 1,
    at: clock('06:00:00'),
    type: 'run-continued',
    way: 'close',
    steps: [closing],
    mode: 'interactive',
    by: 'sre1@bastion-1',
    program: 'test',
  } as const;
  return { event, state: applyEvent(before, event) };
}

function gate() {
  const { state } = closed();
  if (state.plan === undefined) throw new Error('a run with a plan');
  expect(kept(state)).toHaveLength(1);
  return gateOfPlan(state.plan, state);
}

describe('the gate that closes a run', () => {
  it('says what is removed, its size, and that no rollback is left', () => {
    const { shows, word } = gate();
    expect(word).toBe('openstack/lab');
    expect(shows).toContain(
      'removed for ever: the old data of 3 members, 28.4 GiB each; no rollback is left after that',
    );
    expect(shows).toContain('if no: nothing is removed, and the rollback stays possible');
  });

  it('is drawn with all of it at 80 x 24', async () => {
    const world = healthy();
    const { event, state } = closed();
    world.writer.ran(event, state);
    world.writer.gate({
      gate: gate(),
      asking: 1,
      openedAt: clock('03:12:40'),
      facts: [],
      changed: [],
      typed: '',
      live: true,
      liveSince: clock('03:12:41'),
      endShown: true,
    });
    await expect(world.screen()).toMatchFileSnapshot('golden/gate-close-80x24.txt');
  });
});
