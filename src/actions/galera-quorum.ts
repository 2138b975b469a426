import type { Check } from '../engine/action.ts';
import { type MemberReading, namesOf } from '../galera/member-reading.ts';
import { shortUuid } from '../galera/position.ts';
import { agree, otherCluster } from '../galera/quorum.ts';
import { viewCluster } from './cluster-view.ts';
import { countField, known } from './fields.ts';
import { readMembers } from './member-readings.ts';

const fields = { spare: countField.optional };

/** Every member answers and says the same; beside the one to be taken, `spare` others are Synced. */
export const galeraQuorum: Check = {
  kind: 'check',
  name: 'galera.quorum',
  summary: 'Every member answers: one state UUID, Primary, full size, none desynced, enough Synced.',
  inputs: fields,
  outputs: ['uuid', 'members'],
  async observe(input, look) {
    const spare = known(fields, input).spare ?? 0;
    const view = await viewCluster(look);
    const readings = await readMembers(look, view);
    const wrong = otherCluster(readings, look.config.cluster);
    if (wrong) return { is: 'not-so', failure: { ...wrong, found: `wrong cluster: ${wrong.found}` } };
    const quorum = agree(readings, { replicas: view.members.length, spare });
    if (!quorum.ok) {
      const silence = silenceText(readings);
      const found = silence === '' ? quorum.failure.found : `${quorum.failure.found} (${silence})`;
      return { is: 'not-so', failure: { ...quorum.failure, found } };
    }
    const { uuid, confId, synced } = quorum.facts;
    return {
      is: 'so',
      output: { uuid, members: view.members.map((member) => member.name) },
      says: `${synced.length} of ${view.members.length} Synced, Primary, one state UUID ${shortUuid(uuid)}, none desynced: ${namesOf(readings)}`,
      facts: { uuid, confId, synced: [...synced] },
    };
  },
};

/** `mariadb-server-1: connection refused; …` of those that gave no answer. */
function silenceText(readings: readonly MemberReading[]): string {
  return readings.flatMap((each) => (each.failure ? [`${each.member}: ${each.failure.found}`] : [])).join('; ');
}
