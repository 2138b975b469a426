import { formatBytes } from '../base/bytes.ts';
import { failure } from '../base/failure.ts';
import type { Check } from '../engine/action.ts';
import { restoreRoom } from '../galera/room.ts';
import { viewCluster } from './cluster-view.ts';
import { booleanField, known, objectField } from './fields.ts';
import { floorOf, judgeRoom } from './room-of.ts';
import { lastMeasures } from './volume-measures.ts';
import { wantedEntry } from './wanted-entry.ts';

const fields = { backup: objectField.required, 'keep-current-data': booleanField.required };

/** The unpacked copy stands beside the current data on every member's volume until the swap, whether that is kept or not. */
export const restoreRoomCheck: Check = {
  kind: 'check',
  name: 'restore.room',
  summary: "Every member's volume has room for the unpacked backup beside the current data.",
  inputs: fields,
  outputs: ['needBytes'],
  async observe(input, look) {
    const { backup, 'keep-current-data': keep } = known(fields, input);
    const [entry, view, measures] = await Promise.all([
      wantedEntry(look, backup),
      viewCluster(look),
      lastMeasures(look),
    ]);
    if ('expected' in entry) return { is: 'not-so', failure: entry };
    const { dataBytes } = entry.manifest;
    const judged = view.members.map((member) => {
      const measure = measures.get(member.data.claim);
      const room = restoreRoom({ dataBytes, floorBytes: floorOf(look, member.data, measure) });
      return { room, seen: judgeRoom(look, member.data, room, measure) };
    });
    const refused = judged.flatMap(({ seen }) => seen.refused ?? []);
    const [first] = refused;
    if (first) {
      const found = refused.map((each) => `${each.expected}, found: ${each.found}`).join('; ');
      return { is: 'not-so', failure: failure('refused', "room on every member's volume", found, first.next) };
    }
    const needBytes = Math.max(0, ...judged.map(({ room }) => room.needBytes));
    const after =
      keep === false ? 'the current data is deleted by the swap' : 'the current data stays beside it after the swap';
    return {
      is: 'so',
      output: { needBytes },
      says: `${judged.map(({ seen }) => seen.says).join('; ')}; unpacked ${formatBytes(dataBytes)}, ${after}`,
      facts: { volumes: judged.map(({ seen }) => seen.facts), dataBytes },
    };
  },
};
