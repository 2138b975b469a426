import { describe, expect, it } from 'vitest';
import { type GateMode, gatePolicy, needOf } from '../../src/engine/gate-policy.ts';
import type { Danger } from '../../src/runbook/runbook.ts';

/** Every cell of danger × mode × terminal, written by hand (design §5). */
const cells: readonly [Danger, boolean, GateMode, boolean, string][] = [
  ...(['reads', 'changes'] as const).flatMap((danger) =>
    (['interactive', 'yes', 'dry-run'] as const).flatMap((mode) =>
      [true, false].map(
        (terminal) => [danger, false, mode, terminal, 'none'] as [Danger, boolean, GateMode, boolean, string],
      ),
    ),
  ),
  ...(['disrupts', 'destroys'] as const).flatMap((danger): [Danger, boolean, GateMode, boolean, string][] => [
    [danger, false, 'interactive', true, 'ask'],
    [danger, false, 'interactive', false, 'refused'],
    [danger, false, 'yes', true, 'answered'],
    [danger, false, 'yes', false, 'answered'],
    [danger, false, 'dry-run', true, 'shown'],
    [danger, false, 'dry-run', false, 'shown'],
  ]),
  ['destroys', true, 'interactive', true, 'ask'],
  ['destroys', true, 'interactive', false, 'refused'],
  ['destroys', true, 'yes', true, 'refused'],
  ['destroys', true, 'yes', false, 'refused'],
  ['destroys', true, 'dry-run', true, 'shown'],
  ['destroys', true, 'dry-run', false, 'shown'],
];

describe('who answers a gate', () => {
  it.each(cells)('%s, personal %s, %s, terminal %s: %s', (danger, personal, mode, terminal, policy) => {
    expect(gatePolicy({ need: needOf[danger], personal }, mode, terminal)).toBe(policy);
  });
});
