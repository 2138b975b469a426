import { failure } from '../base/failure.ts';
import type { Action } from '../engine/action.ts';
import { isKnown, shortPosition, shortUuid } from '../galera/position.ts';
import { viewCluster } from './cluster-view.ts';
import { endedOnEvery, fencedCluster } from './every-member.ts';
import { positionJson, type VolumePosition, volumePosition } from './member-position.ts';
import { readPositions } from './read-positions.ts';
import { jobName } from './run-job.ts';

/** Every member's last position, from its volume: the pods are down. After a crash it is recovered with the server's own means. */
export const galeraReadPositions: Action = {
  kind: 'do',
  name: 'galera.read-positions',
  summary: "Reads every stopped member's last position from its volume.",
  inputs: {},
  outputs: ['positions'],
  maxDanger: 'changes',
  danger: () => 'changes',
  owes: false,
  stoppable: false,

  async plan(_input, look) {
    const view = await viewCluster(look);
    return {
      effects: view.members.map((member) => ({
        object: `volume of claim ${member.data.claim}`,
        field: 'redo log, only after a crash',
        from: 'as the crash left it',
        to: 'recovered, as the next start would',
      })),
      debts: [],
      memo: {},
      says: [`a Job on each of ${view.members.length} volumes reads where its data stands`],
      unknowns: ['how long it takes after a crash: the redo log is recovered then'],
      ms: 5000,
    };
  },

  async observe(_input, look) {
    const ended = await endedOnEvery(look);
    if ('is' in ended) return ended;
    const volumes = ended.reports.flatMap((report, index) => {
      const of = ended.members[index];
      return of ? [volumePosition({ member: of.name, ordinal: of.ordinal }, report)] : [];
    });
    const known = volumes.filter(({ position }) => isKnown(position));
    const uuids = [...new Set(known.flatMap(({ position }) => (position ? [position.uuid] : [])))];
    if (volumes.length === 0) {
      return { is: 'unknown', failure: failure('unknown', 'members', 'none', 'look at the StatefulSet') };
    }
    const histories =
      uuids.length === 1
        ? `one state UUID ${uuids.map(shortUuid)}`
        : `${uuids.length} state UUIDs ${uuids.map(shortUuid).join(', ')}`;
    return {
      is: 'so',
      output: { positions: volumes.map(positionJson) },
      says: `known on ${known.length} of ${volumes.length}, ${histories}`,
      facts: { positions: volumes.map(line) },
      ...(known.length < volumes.length || uuids.length !== 1
        ? { warnings: [`positions: ${volumes.map(line).join('; ')}`] }
        : {}),
    };
  },

  async apply(_input, hands) {
    const view = await fencedCluster(hands);
    await readPositions(hands, view, view.members, (ordinal) => jobName(hands.at, ordinal));
  },
};

function line(of: VolumePosition): string {
  return `${of.member} ${shortPosition(of.position)} (${of.source})`;
}
