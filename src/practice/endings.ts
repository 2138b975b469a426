import { clientTable } from '../simulator/dataset.ts';
import { bytesOf, isDir, namesIn, nodeAt } from '../simulator/tree.ts';
import type { Ending, Rows } from './scenario.ts';

/** Every member runs, is Synced in one Primary Component, and none is desynced. */
export const healthy: Ending = ({ world }) => {
  const members = Object.values(world.members);
  const groups = Object.values(world.groups).filter((group) => group.primary);
  const well = members.filter((member) => member.phase === 'up' && member.state === 4 && !member.desync);
  if (members.length === 3 && well.length === 3 && groups.length === 1) return undefined;
  return `${well.length} of 3 members are Synced, in ${groups.length} Primary Components`;
};

/** The clients' Service points to members. */
export const served: Ending = ({ world }) => {
  const slice = Object.values(world.objects).find((each) => each.kind === 'EndpointSlice');
  const ready = (slice?.endpoints ?? []).filter((each: { conditions: { ready: boolean } }) => each.conditions.ready);
  return ready.length === 3 ? undefined : `${ready.length} of 3 members are in the Service`;
};

/** Rows and checksums of all tables but the one that clients write to all the time. */
export function still(rows: Rows[string]): string {
  return JSON.stringify((rows ?? []).filter(({ schema, table }) => `${schema}.${table}` !== clientTable));
}

/** Every member has what was remembered. */
export const rowsAsBefore: Ending = ({ before, after }) => {
  const wanted = still(Object.values(before)[0]);
  const off = Object.entries(after).filter(([, rows]) => still(rows) !== wanted);
  return off.length === 0
    ? undefined
    : `the rows of ${off.map(([member]) => member).join(', ')} differ from those before`;
};

/** So many whole backups on the volume, and nothing half. */
export function backups(count: number): Ending {
  return ({ world }) => {
    const root = world.volumes['volume-galera-backups']?.root;
    const folders = root === undefined ? [] : namesIn(nodeAt(root, world.cluster));
    const whole = folders.filter(
      (name) => root && isDir(nodeAt(root, `${world.cluster}/${name}`)) && !name.includes('.'),
    );
    const half = folders.filter((name) => name.includes('.'));
    if (whole.length === count && half.length === 0) return undefined;
    return `${whole.length} backups on the volume where ${count} should be${half.length === 0 ? '' : `, and ${half.join(', ')}`}`;
  };
}

/** No run has left anything on the members' volumes. */
export const noLeftovers: Ending = ({ world }) => {
  const left = Object.values(world.volumes).flatMap(({ claim, root }) =>
    namesIn(root)
      .filter((name) => name.startsWith('galera_runbook_'))
      .map((name) => `${claim}: ${name}, ${bytesOf(nodeAt(root, name))} bytes`),
  );
  return left.length === 0 ? undefined : left.join('; ');
};

/** Nobody holds the lease. */
export const leaseFree: Ending = ({ world }) => {
  const lease = Object.values(world.objects).find((each) => each.kind === 'Lease');
  const holder: string = lease?.spec?.holderIdentity ?? '';
  return holder === '' ? undefined : `${holder} holds the lease`;
};
