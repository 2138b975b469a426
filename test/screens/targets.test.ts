import { describe, expect, it } from 'vitest';
import { FailureError, failure } from '../../src/base/failure.ts';
import type { TargetChoice } from '../../src/screens/operations.ts';
import { act, catalogueOf, check, step, type World } from '../engine/fakes.ts';
import { opened } from './opened.ts';
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
    await expect(terminal.screen()).toMatchFileSnapshot(`golden/targets-${size.columns}x${size.rows}.txt`);
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
