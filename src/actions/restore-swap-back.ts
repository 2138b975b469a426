import type { Action } from '../engine/action.ts';
import { viewCluster } from './cluster-view.ts';
import { requireFence } from './fence.ts';
import { deadlines, memberJob } from './member-job.ts';
import { workFolder } from './place.ts';
import { jobName, runJobs } from './run-job.ts';
import { endedJobs, isObserved } from './step-jobs.ts';
import { recordMeasures } from './volume-measures.ts';

/** Puts the data back that this run has set aside, from a whole swap or from half of one. Fenced like the swap. */
export const restoreSwapBack: Action = {
  kind: 'do',
  name: 'restore.swap-back',
  summary: "Puts every member's old data back.",
  inputs: {},
  outputs: ['members'],
  maxDanger: 'destroys',
  danger: () => 'destroys',
  owes: false,
  stoppable: false,

  async plan(_input, look) {
    const view = await viewCluster(look);
    return {
      effects: view.members.map((member) => ({
        object: `data of ${member.name}, claim ${member.data.claim}`,
        field: 'data directory',
        from: 'restored data, with everything written since',
        to: `the data that run ${look.at.run} has set aside`,
      })),
      debts: [],
      memo: {},
      says: [
        'everything written since the restore is lost',
        'refused unless every member is stopped and nothing else mounts its volume',
      ],
      ms: 5000,
    };
  },

  async observe(_input, look) {
    const view = await viewCluster(look);
    const reports = await endedJobs(
      look,
      view.members.map(({ name, ordinal }) => ({ member: name, ordinal })),
    );
    if (isObserved(reports)) return reports;
    return {
      is: 'so',
      output: { members: view.members.map((member) => member.name) },
      says: `old data back on ${reports.length} of ${view.members.length}`,
    };
  },

  async apply(_input, hands) {
    const view = await viewCluster(hands);
    requireFence(
      view,
      view.members.map(({ ordinal }) => jobName(hands.at, ordinal)),
    );
    const values = { WORK: workFolder(hands.at.run) };
    const specs = view.members.map((member) =>
      memberJob(hands, view, member, { verb: 'swap-back', values, besideMember: false, deadlineMs: deadlines.swap }),
    );
    await recordMeasures(hands, await runJobs(hands, specs));
  },
};
