import { fail, failure } from '../base/failure.ts';
import type { Action } from '../engine/action.ts';
import { formatPosition, shortPosition } from '../galera/position.ts';
import { viewCluster } from './cluster-view.ts';
import { fencedCluster } from './every-member.ts';
import { booleanField, known, listField } from './fields.ts';
import { lostWritesText } from './lost-writes.ts';
import { deadlines, folderName, memberJob } from './member-job.ts';
import { oldDataText } from './old-data.ts';
import { workFolder } from './place.ts';
import { everyMember, onePosition, preparedFrom } from './prepared.ts';
import { runFenced } from './run-fenced.ts';
import { endedJobs, isObserved } from './step-jobs.ts';
import { requireCut } from './traffic.ts';

const fields = { prepared: listField.required, 'keep-current-data': booleanField.required };

/**
 * Swaps every member's data for its prepared copy, by rename and journaled on the volume. Fenced: nothing runs and nothing mounts the
 * volumes but these runners (design §6.10). No member may start before every swap is whole; `galera.start` sees to that.
 */
export const restoreSwap: Action = {
  kind: 'do',
  name: 'restore.swap',
  summary: "Swaps every member's data for its prepared copy.",
  inputs: fields,
  outputs: ['swapped', 'kept'],
  maxDanger: 'destroys',
  danger: () => 'destroys',
  // What is set aside is no debt of this run's end: `runs close` removes it.
  owes: false,
  stoppable: false,

  async plan(input, look) {
    const { prepared, 'keep-current-data': keep } = known(fields, input);
    const view = await viewCluster(look);
    const { run } = look.at;
    const folder = folderName(run);
    const copies = prepared ? preparedFrom(prepared) : undefined;
    const to = copies?.[0]
      ? `backup ${copies[0].backup} at ${shortPosition(onePosition(copies))}`
      : 'its prepared copy';
    const names = view.members.map((member) => member.name);
    const loses = copies?.[0] ? await lostWritesText(look, view, onePosition(copies)) : undefined;
    const keeps = `the current data is set aside in ${folder} on each volume: galera-runbook runs rollback ${run} puts it back, galera-runbook runs close ${run} removes it`;
    const deletes = 'THE CURRENT DATA IS DELETED: there is no way back to it';
    return {
      effects: view.members.map((member) => ({
        object: `claim ${member.data.claim}`,
        field: 'data directory',
        from: 'current data',
        to,
      })),
      debts: keep
        ? [
            {
              id: `old-data:${run}`,
              says: `old data on ${names.length} volumes${await oldDataText(look, view)}`,
              undoneSays: `leftovers of the restore on ${names.length} volumes`,
              due: 'close',
              payWith: { action: 'restore.discard-kept', input: { folder, members: names, run } },
            },
          ]
        : [],
      memo: {},
      says: [
        ...(loses === undefined ? [] : [loses]),
        keep ? keeps : deletes,
        'refused while a member runs or anything else mounts a volume',
      ],
      ...(loses === undefined ? {} : { loses }),
      ...(keep ? { keeps } : { deletes }),
      ms: 5000,
    };
  },

  async observe(input, look) {
    const { 'keep-current-data': keep } = known(fields, input);
    const copies = preparedFrom(known(fields, input).prepared ?? []);
    if (copies.length === 0)
      return { is: 'unknown', failure: failure('unknown', 'prepared copies', 'none', 'unpack the backup first') };
    const reports = await endedJobs(look, copies);
    if (isObserved(reports)) return reports;
    return {
      is: 'so',
      output: { swapped: copies.map(({ member }) => member), kept: keep ?? true },
      says: `whole on ${reports.length} of ${copies.length}${keep ? '' : ', the old data is deleted'}`,
    };
  },

  async apply(input, hands) {
    const { prepared, 'keep-current-data': keep } = known(fields, input);
    if (keep === undefined)
      fail('failed', 'whether the current data is kept', 'not given', 'this is a defect of the runbook');
    const copies = preparedFrom(prepared ?? []);
    const position = onePosition(copies);
    const view = await fencedCluster(hands);
    requireCut(hands, view);
    const members = everyMember(
      view,
      copies.map(({ member }) => member),
    );
    const values = { WORK: workFolder(hands.at.run), POSITION: formatPosition(position), KEEP: String(keep) };
    const specs = members.map((member) =>
      memberJob(hands, view, member, { verb: 'swap', values, besideMember: false, deadlineMs: deadlines.swap }),
    );
    await runFenced(hands, specs);
  },
};
