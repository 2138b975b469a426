import { formatBytes } from '../base/bytes.ts';
import type { Check } from '../engine/action.ts';
import { backupRoom } from '../galera/room.ts';
import { readIndex } from './backup-index.ts';
import { estimateData } from './data-estimate.ts';
import { choiceField, known, textField } from './fields.ts';
import { floorOf, judgeRoom } from './room-of.ts';
import { lastMeasures } from './volume-measures.ts';
import { viewVolume } from './volume-view.ts';

const fields = { member: textField.required, kind: choiceField('full', 'incremental').required };

/** Refuses what is known to be too small; the Job measures the room again before it does anything. */
export const backupRoomCheck: Check = {
  kind: 'check',
  name: 'backup.room',
  summary: 'The backup volume has room for one more backup, as far as reading can know.',
  inputs: fields,
  outputs: ['needBytes'],
  async observe(input, look) {
    const member = known(fields, input).member ?? '';
    const { claim } = look.config.backups;
    const [volume, measures, index] = await Promise.all([viewVolume(look, claim), lastMeasures(look), readIndex(look)]);
    const { dataBytes, ratio } = await estimateData(look, member, index);
    const measure = measures.get(claim);
    const floorBytes = floorOf(look, volume, measure);
    const room = backupRoom({ dataBytes, floorBytes, ...(ratio === undefined ? {} : { ratio }) });
    const seen = judgeRoom(look, volume, room, measure);
    if (seen.refused) return { is: 'not-so', failure: seen.refused };
    return {
      is: 'so',
      output: { needBytes: room.needBytes },
      says: `needs ${seen.says}; the data is ${formatBytes(dataBytes)} by SQL now`,
      facts: { ...seen.facts, dataBytes },
    };
  },
};
