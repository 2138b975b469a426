import { formatBytes } from '../base/bytes.ts';
import { formatAge } from '../base/duration.ts';
import { failure } from '../base/failure.ts';
import type { Check } from '../engine/action.ts';
import { restoreRoom } from '../galera/room.ts';
import { viewCluster } from './cluster-view.ts';
import { booleanField, known, objectField } from './fields.ts';
import { floorOf, judgeRoom } from './room-of.ts';
import { lastMeasures, type Measure } from './volume-measures.ts';
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
      return { room, measure, seen: judgeRoom(look, member.data, room, measure) };
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
      says: `${needText(needBytes, judged.length)}, ${freeText(judged, look.clock.now())}; the Job measures again; unpacked ${formatBytes(dataBytes)}, ${after}`,
      facts: { volumes: judged.map(({ seen }) => seen.facts), dataBytes },
    };
  },
};

function needText(needBytes: number, volumes: number): string {
  return `needs ${formatBytes(needBytes, 'up')} on ${volumes === 1 ? 'its volume' : `each of ${volumes} volumes`}`;
}

/** The smallest that was measured, with its age, and how many nobody has measured. */
function freeText(judged: readonly { readonly measure: Measure | undefined }[], now: number): string {
  const measured = judged.flatMap(({ measure }) => measure ?? []);
  const least = measured.toSorted((a, b) => a.freeBytes - b.freeBytes)[0];
  if (least === undefined) return 'free space never measured';
  const unknown = judged.length - measured.length;
  const never = unknown === 0 ? '' : `, ${unknown} of ${judged.length} never measured`;
  return `least free ${formatBytes(least.freeBytes, 'down')} ${formatAge(now - least.at)} ago${never}`;
}
