import { describe, expect, it } from 'vitest';
import { FailureError, failure } from '../../src/base/failure.ts';
import type { ScreensStore } from '../../src/screens/store.ts';
import { Writer } from '../../src/screens/writer.ts';
import { act, catalogueOf, check, step, type World } from '../engine/fakes.ts';
import { opened, timeless } from './opened.ts';

const parameters = {
  kind: {
    type: 'choice',
    description: 'Full, or what has changed since.',
    default: 'full',
    choices: ['full', 'incremental'],
  },
  recheck: { type: 'boolean', description: 'Read the archive again.' },
} as const;

const of = {
  parameters,
  steps: [step('agree', 'look', { kind: 'check' }), step('copy', 'copy')],
  catalogue: (world: World) => catalogueOf(check(world, 'look'), act(world, 'copy')),
};

async function planned() {
  const session = await opened(of);
  await session.press('b');
  await session.terminal.until('Plan q8d4w6');
  return session;
}

describe('parameters', () => {
  it('are edited with e, and the plan is made again with them', async () => {
    const { press, terminal, fake, seconds } = await planned();
    await press('e');
    await seconds(1);
    await expect(timeless(terminal)).toMatchFileSnapshot('golden/parameters-80x24.txt');
    await press('\r');
    expect(terminal.screen()).toContain('kind = full_');
    for (let letters = 0; letters < 4; letters++) await press('\u007f');
    for (const key of 'incremental') await press(key);
    await press('\r');
    await terminal.until('Plan q8d4w6');
    expect(fake.wishes).toEqual([
      { runbook: 'galera-backup', parameters: {} },
      { runbook: 'galera-backup', parameters: { kind: 'incremental' } },
    ]);
    expect(terminal.screen()).not.toContain('no: nothing was started');
  });

  it('are left as they are with esc', async () => {
    const { press, terminal, fake, seconds } = await planned();
    await press('e');
    await seconds(1);
    await press('\r');
    await press('\u001b');
    await seconds(1);
    await press('\u001b');
    await seconds(1);
    expect(terminal.screen()).toContain('Plan q8d4w6');
    expect(fake.wishes).toHaveLength(1);
  });
});

describe('the parameters of what was not planned', () => {
  it('are edited where a plan was refused, not where there was none', async () => {
    const session = await opened(of);
    const { press, terminal, fake, screens } = session;
    fake.planning = async () => {
      throw new FailureError(failure('refused', 'a backup', 'none', 'take one'));
    };
    await press('b');
    await terminal.until('No plan');
    expect(terminal.screen()).toContain('e edit parameters');
    await press('e');
    expect(terminal.screen()).toContain('Parameters of galera-backup');
    await press('\u001b');
    // As it is said of a target that cannot be connected to.
    const { refusal } = screens.store.getState().ui;
    if (refusal === undefined) throw new Error('a refusal');
    new Writer(screens.store as ScreensStore).refusal({ title: 'Not connected', failures: refusal.failures });
    await session.seconds(1);
    expect(terminal.screen()).not.toContain('e edit parameters');
    await press('e');
    expect(terminal.screen()).toContain('e edit parameters: no plan is open');
  });
});

describe('a run of before', () => {
  it('is opened as it ended, with what may be done with it', async () => {
    const session = await planned();
    const { press, terminal, seconds } = session;
    await seconds(1);
    await press('y');
    await seconds(5);
    await terminal.until('ended with exit 0');
    await press('4');
    await press('j');
    await press('\r');
    await seconds(1);
    expect(terminal.screen()).toContain('Run q8d4w6');
    await press('u');
    expect(terminal.screen()).toContain('u roll back: none kept');
    await press('x');
    expect(terminal.screen()).toContain('x close: keeps nothing');
  });
});

describe('a view', () => {
  it('is written whole with o, without what only fills the screen', async () => {
    const { press, fake, terminal, seconds } = await planned();
    await press('o');
    await seconds(1);
    expect(terminal.screen()).toContain('written to /tmp/plan-');
    expect(fake.written[0]).toContain('copy');
    expect(fake.written[0]).not.toMatch(/\n\n\n/);
  });
});

describe('a gate behind a text field', () => {
  it('waits, says so and rings once', async () => {
    const { promise, resolve: go } = Promise.withResolvers<void>();
    const session = await opened({
      steps: [step('agree', 'look', { kind: 'check' }), step('copy', 'copy'), step('cut', 'cut')],
      catalogue: (world) => {
        const copy = act(world, 'copy');
        const apply: typeof copy.apply = async (...given) => {
          await promise;
          await copy.apply(...given);
        };
        return catalogueOf(check(world, 'look'), { ...copy, apply }, act(world, 'cut', { maxDanger: 'disrupts' }));
      },
    });
    const { press, terminal, seconds } = session;
    await press('b');
    await seconds(1);
    await press('y');
    await terminal.until('Output');
    await press('/');
    go();
    await seconds(3);
    expect(terminal.screen()).toContain('! gate waiting: esc, then answer');
    expect(terminal.written.join('').split('\u0007')).toHaveLength(2);
    await press('\u001b');
    await seconds(1);
    expect(terminal.screen()).toContain('Gate:');
  });
});
