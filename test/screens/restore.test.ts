import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../src/engine/apply-event.ts';
import { gateOfStep } from '../../src/engine/gate.ts';
import { gateOfPlan } from '../../src/engine/gate-of-plan.ts';
import { newRun, stepState } from '../../src/engine/state.ts';
import { planHead } from '../../src/screens/plan-head.ts';
import type { Review, Size } from '../../src/screens/state.ts';
import { viewOf } from '../../src/screens/view.ts';
import { clock } from '../record/canned.ts';
import { fullPlan, fullRun } from './restore.ts';
import { healthy, uuid, type World } from './world.ts';

const sizes: readonly Size[] = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 60 },
];

function review(plan = fullPlan): Review {
  const state = applyEvent(newRun, {
    seq: 1,
    at: clock('03:13:20'),
    type: 'run-started',
    plan,
    mode: 'interactive',
    by: 'sre1@bastion-1',
    format: 1,
  });
  const gate = gateOfPlan(plan, state);
  return {
    proposal: {
      plan,
      state,
      gate,
      refusals: [],
      carryOut: () => {
        throw new Error('not in this test');
      },
    },
    gate: {
      gate,
      asking: 1,
      openedAt: clock('03:13:20'),
      facts: [],
      changed: [],
      typed: '',
      live: false,
      endShown: false,
    },
    position: { uuid, seqno: '4182771' },
  };
}

const head = (of: Review) => new Map(planHead(viewOf(healthy(undefined, '03:13:23').state()), of));

describe('the plan of a restore', () => {
  it.each(sizes)('says danger, loss and downtime first, at $columns x $rows', async (size) => {
    const world = healthy(size, '03:13:23');
    world.writer.review(review());
    world.writer.show('plan');
    await expect(world.screen()).toMatchFileSnapshot(`golden/plan-restore-${size.columns}x${size.rows}.txt`);
  });

  it('counts what it undoes from where the cluster stood', () => {
    expect(head(review()).get('goes back')).toBe('to 2026-11-20 21:03:11Z, 6 h 10 min ago: undoes 79380 transactions');
    expect(head(review()).get('position')).toBe('36553af3:4182771 -> 36553af3:4103391, the state UUID stays');
  });

  it('does not invent what it undoes when nobody has told where the cluster stands', () => {
    const { position: _unknown, ...blind } = review();
    expect(head(blind).get('goes back')).toContain('how much it undoes is not known');
    expect(head(blind).get('position')).toBe('unknown -> 36553af3:4103391');
  });

  it('says when the old data is not kept', () => {
    const steps = fullPlan.steps.map((each) => (each.step.id === 'swap' ? { ...each, debts: [] } : each));
    expect(head(review({ ...fullPlan, steps })).get('old data')).toBe(
      'deleted by the swap: there is no way back to it',
    );
  });

  it('counts the time without a database from the cut to the step that pays for it', () => {
    expect(head(review()).get('clients')).toBe('without a database about 24 s and your time at gates, after 8 min');
  });
});

/** The gate of a step, as the run asks it. */
function asked(step: string, size?: Size): World {
  const world = healthy(size, '03:13:23');
  const state = fullRun(step);
  const planned = state.order.find((each) => each.step.id === step);
  if (state.plan === undefined || planned === undefined) throw new Error(`a run with ${step}`);
  expect(stepState(state, step).is).toBe('pending');
  world.writer.ran({ seq: 1, at: clock('05:17:36'), type: 'warned', step, says: '' }, state);
  world.writer.gate({
    gate: gateOfStep(state.plan, planned, state),
    asking: 1,
    openedAt: clock('03:13:20'),
    facts: [],
    changed: [],
    typed: '',
    live: true,
    endShown: true,
  });
  return world;
}

describe('a gate of a restore', () => {
  it.each(sizes)('that disrupts says what is proven and the way back, at $columns x $rows', async (size) => {
    const world = asked('stop', size);
    await expect(world.screen()).toMatchFileSnapshot(`golden/gate-stop-${size.columns}x${size.rows}.txt`);
  });

  it.each(sizes)('that destroys says what is lost and kept, at $columns x $rows', async (size) => {
    const world = asked('swap', size);
    await expect(world.screen()).toMatchFileSnapshot(`golden/gate-swap-${size.columns}x${size.rows}.txt`);
  });

  it('counts what is undone where the stopped members stand', () => {
    const screen = asked('swap', { columns: 120, rows: 40 }).screen();
    expect(screen).toContain('80997 transactions');
    expect(screen).toContain('36553af3:4184388 -> 36553af3:4103391');
  });
});
