import { failure } from '../base/failure.ts';
import type { Check } from '../engine/action.ts';
import { chooseDonor } from '../galera/donor.ts';
import { notLetIn } from '../galera/member-reading.ts';
import { otherCluster } from '../galera/quorum.ts';
import { viewCluster } from './cluster-view.ts';
import { readMembers } from './member-readings.ts';
import { unreachableTogether } from './place.ts';
import { serviceShape } from './service-shape.ts';
import { viewVolume } from './volume-view.ts';

/** The member to copy from, by safety rule 4. */
export const galeraChooseDonor: Check = {
  kind: 'check',
  name: 'galera.choose-donor',
  summary: 'Chooses the member that a backup is copied from, and says why.',
  inputs: {},
  outputs: ['member', 'because', 'node', 'podUid', 'containerId', 'ip'],
  async observe(_input, look, planned) {
    const [view, backups] = await Promise.all([viewCluster(look), viewVolume(look, look.config.backups.claim)]);
    const readings = await readMembers(look, view);
    const wrong = notLetIn(readings) ?? otherCluster(readings, look.config.cluster);
    if (wrong) return { is: 'not-so', failure: wrong };
    const apart = new Map(
      view.members.map((member) => [member.name, unreachableTogether(member, backups, view.mounting)]),
    );
    const choice = chooseDonor(readings, {
      replicas: view.members.length,
      service: serviceShape(view, look.config),
      shareable: Object.fromEntries([...apart].map(([name, why]) => [name, why === undefined])),
      ...(typeof planned?.member === 'string' ? { planned: planned.member } : {}),
    });
    if (!choice.ok) {
      // Names the pair of volumes that no Kubernetes node reaches.
      const pairs = [...new Set([...apart.values()].flatMap((why) => why ?? []))];
      const found = [choice.failure.found, ...pairs].join('; ');
      return { is: choice.unanswered ? 'unknown' : 'not-so', failure: { ...choice.failure, found } };
    }
    const { member, because, others } = choice.donor;
    const pod = view.members.find((each) => each.name === member)?.pod;
    if (!pod?.containerId || !pod.node || !pod.ip) {
      const next = `look at pod ${member}`;
      return {
        is: 'unknown',
        failure: failure('unknown', `Kubernetes node, IP and container id of ${member}`, 'not all there', next),
      };
    }
    return {
      is: 'so',
      output: { member, because, node: pod.node, podUid: pod.uid, containerId: pod.containerId, ip: pod.ip },
      says: `donor ${member}: ${because}`,
      facts: { others: Object.fromEntries(others.map((other) => [other.member, other.why])) },
    };
  },
};
