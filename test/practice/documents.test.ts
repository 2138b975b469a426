import { expect, test } from 'vitest';
import { practiceConfig } from '../../src/simulator/build.ts';
import { sumsOf } from '../../src/simulator/sql.ts';
import { Rig } from './rig.ts';

const members = ['mariadb-server-0', 'mariadb-server-1', 'mariadb-server-2'];
const { account } = practiceConfig();

/** Tables that the clients do not write to, by member. */
function still(rig: Rig) {
  return members.map((member) => sumsOf(rig.world, member, account).filter(({ table }) => table !== 'visits'));
}

test.each([
  { layout: 'root', podManagement: 'Parallel' },
  { layout: 'folder', podManagement: 'OrderedReady' },
] as const)(
  'a backup, a loss and a restore: every row is back on every member ($layout, $podManagement)',
  async (options) => {
    const rig = await Rig.on(options);
    const before = still(rig);
    expect((await rig.run('galera-backup')).exit).toBe(0);
    const statement = { kind: 'drop', table: 'shop.customers' } as const;
    rig.simulation.do({ do: 'sql', member: 'mariadb-server-0', statement });
    rig.tick(1000);
    expect(still(rig)).not.toEqual(before);
    const restore = await rig.run('galera-restore', { parameters: { backup: 'latest' } });
    expect(restore.refused).toEqual([]);
    expect(restore.exit).toBe(0);
    expect(still(rig)).toEqual(before);
    expect(Object.values(rig.world.members).map(({ state }) => state)).toEqual([4, 4, 4]);
  },
);
