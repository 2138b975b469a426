import type { Check } from '../engine/action.ts';
import { namesOf, notLetIn } from '../galera/member-reading.ts';
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
    const wrong = notLetIn(readings) ?? otherCluster(readings, look.config.cluster);
    if (wrong) return { is: 'not-so', failure: wrong };
    const quorum = agree(readings, { replicas: view.members.length, spare });
    if (!quorum.ok) return { is: quorum.unanswered ? 'unknown' : 'not-so', failure: quorum.failure };
    const { uuid, confId, synced } = quorum.facts;
    return {
      is: 'so',
      output: { uuid, members: view.members.map((member) => member.name) },
      says: `${synced.length} of ${view.members.length} Synced, Primary, one state UUID ${shortUuid(uuid)}, none desynced: ${namesOf(readings)}`,
      facts: { uuid, confId, synced: [...synced] },
    };
  },
};
