import { describe, expect, it } from 'vitest';
import { FailureError, failure } from '../../src/base/failure.ts';
import type { TargetChoice } from '../../src/screens/operations.ts';
import { act, catalogueOf, check, step, type World } from '../engine/fakes.ts';
import { type Opened, opened, timeless } from './opened.ts';
import { target } from './world.ts';

const lab = { name: 'shop', cluster: 'lab', namespace: 'openstack', context: 'prod-east' };
const targets: readonly TargetChoice[] = [
  lab,
  { ...lab, name: 'shop-west', context: 'prod-west' },
  { ...lab, name: 'a-target-with-a-very-long-name-0', cluster: 'another', namespace: 'a-long-namespace-of-somebody' },
];

async function choosing(size = { columns: 80, rows: 24 }) {
  const session = await opened({ size });
  session.fake.targets = targets;
  session.fake.identify = async (name) => {
    if (name === 'shop') return target;
    if (name === 'shop-west') return { ...target, kubeSystemUid: '77777777-0000', statefulSetUid: '88888888-0000' };
    throw new FailureError(failure('unknown', 'an answer', 'no route to host', ''));
  };
  await session.press(':');
  await session.seconds(1);
  return session;
}

describe('the switch of targets', () => {
  it.each([
    { columns: 80, rows: 24 },
    { columns: 120, rows: 40 },
    { columns: 200, rows: 60 },
  ])('shows all that tells them apart, at $columns x $rows', async (size) => {
    const { terminal } = await choosing(size);
    await expect(timeless(terminal)).toMatchFileSnapshot(`golden/targets-${size.columns}x${size.rows}.txt`);
  });

  it('says in which part two of the same name differ', async () => {
    const { terminal } = await choosing();
    expect(terminal.screen()).toContain('! same name as another: context, identity differ');
  });

  it('connects to the one under the cursor', async () => {
    const { terminal, press, seconds, fake } = await choosing();
    await press('j');
    await press('\r');
    await seconds(1);
    expect(fake.connected).toEqual([undefined, 'shop-west']);
    expect(terminal.screen().split('\n')[0]).toContain('context prod-west');
    expect(terminal.screen()).toContain('connected to prod-west; nothing was changed by looking');
  });

  it('is to another identity behind the same names: the first row says which', async () => {
    const { terminal, press, seconds } = await choosing();
    const first = () => terminal.screen().split('\n')[0];
    expect(first()).toContain('Galera lab');
    expect(first()).toContain('id 4f9c07d2/b21e6a90');
    await press('j');
    await press('\r');
    await seconds(1);
    expect(first()).toContain('Galera lab');
    expect(first()).toContain('id 77777777/88888888');
    await press(':');
    await seconds(1);
    expect(terminal.screen()).toMatch(/^. » shop-west/m);
    await press('g');
    await press('\r');
    await seconds(1);
    expect(first()).toContain('id 4f9c07d2/b21e6a90');
  });

  it.each([
    ['at once', async () => undefined],
    ['once the other is read', async ({ seconds }: Opened) => seconds(2)],
  ])('leaves a plan of the one behind: y starts nothing on the other, %s', async (_what, wait) => {
    const session = await opened({ steps: [step('copy', 'copy')], catalogue: (of) => catalogueOf(act(of, 'copy')) });
    const { terminal, press, seconds, fake, world } = session;
    fake.targets = targets;
    fake.identify = async () => ({ ...target, kubeSystemUid: '77777777-0000', statefulSetUid: '88888888-0000' });
    await press('b');
    await seconds(1);
    await terminal.until('keys live');
    await press(':');
    await press('j');
    await press('\r');
    await wait(session);
    for (const key of ['y', '\u001b', 'y', '?', '\u001b', 'y']) await press(key);
    await seconds(2);
    await press('y');
    expect(terminal.screen().split('\n')[0]).toContain('id 77777777/88888888');
    expect(world.journal).toEqual([]);
    expect(world.done).toEqual([]);
    expect(session.screens.store.getState().review).toBeUndefined();
  });

  it('waits for a plan that is being made, and leaves that one behind too', async () => {
    const session = await opened();
    const { terminal, press, seconds, fake } = session;
    fake.targets = targets;
    fake.identify = async () => ({ ...target, kubeSystemUid: '77777777-0000', statefulSetUid: '88888888-0000' });
    const { promise, resolve } = Promise.withResolvers<void>();
    fake.planning = () => promise;
    await press('b');
    await press('\u001b');
    await press(':');
    await press('j');
    await press('\r');
    expect(terminal.screen()).toContain('planning: the target is being read');
    expect(fake.connected).toEqual([undefined]);
    resolve();
    await seconds(1);
    await press('\r');
    await seconds(1);
    expect(terminal.screen().split('\n')[0]).toContain('id 77777777/88888888');
    expect(session.screens.store.getState().review).toBeUndefined();
  });

  it('is refused while a run is open', async () => {
    const catalogue = (world: World) => {
      const copy = act(world, 'copy');
      return catalogueOf(check(world, 'look'), { ...copy, apply: () => new Promise<void>(() => undefined) });
    };
    const session = await opened({
      steps: [step('agree', 'look', { kind: 'check' }), step('copy', 'copy')],
      catalogue,
    });
    session.fake.targets = targets;
    await session.press('b');
    await session.seconds(1);
    await session.press('y');
    await session.terminal.until('Output');
    await session.press(':');
    expect(session.terminal.screen()).toContain('a run is open: it belongs to this target');
  });
});
