import { describe, expect, it } from 'vitest';
import { MemoryJournal, Rig } from '../practice/rig.ts';

const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'openstack', name: 'mariadb-server' };

/** A backup under which something changes as soon as its copy has started: what came of its effects. */
async function effectsOf(change: (rig: Rig) => void): Promise<readonly string[]> {
  const rig = await Rig.on();
  const journal = new MemoryJournal();
  journal.onLine = (event) => {
    if (event.type === 'step-started' && event.step === 'copy' && event.attempt === 1) change(rig);
  };
  const { events } = await rig.run('galera-backup', { journal });
  expect(events.some(({ type }) => type === 'effect-started')).toBe(true);
  return events.flatMap((event) => (event.type === 'effect-ended' ? [event.result] : []));
}

describe('a run', () => {
  it('writes nothing more once the StatefulSet is another one', async () => {
    const replaced = effectsOf(({ simulation, world }) => {
      const object = world.objects['StatefulSet/openstack/mariadb-server'];
      if (object === undefined) throw new Error('no StatefulSet');
      simulation.do({ do: 'remove', ref: set, uid: object.metadata.uid ?? '' });
      simulation.do({ do: 'create', object });
    });
    expect(new Set(await replaced)).toEqual(new Set(['failed']));
  });

  it('writes nothing more once another run has the lease', async () => {
    const taken = effectsOf(({ simulation }) => {
      simulation.do({ do: 'hold-lease', holder: 'somebody@bastion-9/1', run: 'z9z9z9' });
    });
    expect(new Set(await taken)).toEqual(new Set(['failed']));
  });
});
