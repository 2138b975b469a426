import { fail } from '../base/failure.ts';
import type { Action } from '../engine/action.ts';
import { namesOf } from '../galera/member-reading.ts';
import type { Hands } from '../target/look.ts';
import { type ClusterView, viewCluster } from './cluster-view.ts';
import { endedOnEvery, fencedCluster } from './every-member.ts';
import { known, listField } from './fields.ts';
import { lostSinceRestoreText } from './lost-writes.ts';
import { deadlines, memberJob } from './member-job.ts';
import { workFolder } from './place.ts';
import { onePosition, preparedFrom } from './prepared.ts';
import { freshNames, readPositions } from './read-positions.ts';
import { runFenced } from './run-fenced.ts';
import { requireCut } from './traffic.ts';

const fields = { prepared: listField.optional };

/** Puts the data back that this run has set aside, from a whole swap or from half of one. Fenced like the swap. */
export const restoreSwapBack: Action = {
  kind: 'do',
  name: 'restore.swap-back',
  summary: "Puts every member's old data back.",
  inputs: fields,
  outputs: ['members'],
  maxDanger: 'destroys',
  danger: () => 'destroys',
  owes: false,
  stoppable: false,

  async plan(input, look) {
    const { prepared } = known(fields, input);
    const view = await viewCluster(look);
    const loses = prepared
      ? await lostSinceRestoreText(look, view, onePosition(preparedFrom(prepared)))
      : 'everything written since the restore is lost';
    return {
      effects: view.members.map((member) => ({
        object: `claim ${member.data.claim}`,
        field: 'data directory',
        from: 'restored data, with everything written since',
        to: `the data that run ${look.at.run} has set aside`,
      })),
      debts: [],
      memo: {},
      says: [loses, 'refused while a member runs or anything else mounts a volume'],
      loses,
      ms: 5000,
    };
  },

  async observe(_input, look) {
    const ended = await endedOnEvery(look);
    if ('is' in ended) return ended;
    return {
      is: 'so',
      output: { members: ended.members.map((member) => member.name) },
      says: `old data back on ${ended.reports.length} of ${ended.members.length}`,
    };
  },

  async apply(_input, hands) {
    const view = await fencedCluster(hands);
    requireCut(hands, view);
    await requireSetAside(hands, view);
    const values = { WORK: workFolder(hands.at.run) };
    const specs = view.members.map((member) =>
      memberJob(hands, view, member, { verb: 'swap-back', values, besideMember: false, deadlineMs: deadlines.swap }),
    );
    await runFenced(hands, specs);
  },
};

/**
 * Every volume still has this run's folder, or nothing is moved anywhere: a state dump since then has emptied a data directory that is a
 * volume's root, and members of one UUID on two histories would join each other unseen (sequences.md §2.13).
 */
async function requireSetAside(hands: Hands, view: ClusterView): Promise<void> {
  const { run } = hands.at;
  const volumes = await readPositions(hands, view, view.members, await freshNames(hands, 'p', view.members));
  const dropped = volumes.filter(({ swaps }) => swaps.some((swap) => swap.run === run && swap.state === 'dropped'));
  if (dropped.length > 0) {
    fail(
      'unsafe',
      `what run ${run} has set aside, whole on every member's volume`,
      `it was given up on ${namesOf(dropped)}: it is removed, or half removed`,
      `start the cluster on the data that is there (galera-runbook start), then galera-runbook runs close ${run}; restore a backup that is older`,
    );
  }
  const gone = volumes.filter(({ swaps }) => !swaps.some((swap) => swap.run === run));
  if (gone.length === 0) return;
  fail(
    'unsafe',
    `what run ${run} has set aside, on every member's volume`,
    `nothing of it on ${namesOf(gone)}: has it taken a state dump since?`,
    'start the cluster on the data that is there (galera-runbook start), or restore a backup',
  );
}
