import { formatBytes } from '../base/bytes.ts';
import { type Failure, FailureError, fail, failure } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import type { Action } from '../engine/action.ts';
import type { Look } from '../target/look.ts';
import { type ClusterView, type MemberView, viewCluster } from './cluster-view.ts';
import { endRunners } from './end-runners.ts';
import { known, listField, textField } from './fields.ts';
import { deadlines, folderName, folderPath, memberJob } from './member-job.ts';
import { endedJobs, isObserved } from './step-jobs.ts';
import { runMeasured } from './volume-measures.ts';

const fields = { folder: textField.required, members: listField.required, run: textField.required };

interface Discard {
  readonly name: string;
  readonly summary: string;
  readonly what: 'unpacked' | 'all';
  readonly danger: Action['maxDanger'];
  /** What stands there now, and what is left of it. */
  readonly from: string;
  readonly to: string;
  says(volumes: number, bytes: number): string;
}

/** Removes a run's work folder, or the unpacked copies in it, from the members' volumes. Pods may run: only that folder is touched. */
export function discardAction(of: Discard): Action {
  return {
    kind: 'do',
    name: of.name,
    summary: of.summary,
    inputs: fields,
    outputs: ['members', 'bytes'],
    maxDanger: of.danger,
    danger: () => of.danger,
    owes: false,
    stoppable: false,

    async plan(input, look) {
      const work = await workOf(input, look);
      if ('expected' in work) return work;
      const { folder, members, gone } = work;
      return {
        effects: members.map((member) => ({
          object: `volume of claim ${member.data.claim}`,
          field: folder,
          from: of.from,
          to: of.to,
        })),
        debts: [],
        memo: {},
        says: [
          `removes ${of.from} on ${members.length} volumes`,
          ...gone.map((member) => `${member} has no bound claim any more: nothing to remove there`),
        ],
        ms: 5000,
      };
    },

    async observe(input, look) {
      const work = await workOf(input, look);
      if ('expected' in work) return { is: 'unknown', failure: work };
      const { members, gone } = work;
      const reports = await endedJobs(
        look,
        members.map(({ name, ordinal }) => ({ member: name, ordinal })),
      );
      if (isObserved(reports)) return reports;
      const bytes = reports.reduce((sum, { result }) => sum + (typeof result.bytes === 'number' ? result.bytes : 0), 0);
      return {
        is: 'so',
        output: { members: members.map((member) => member.name), bytes },
        says: of.says(members.length, bytes),
        facts: { bytes },
        ...(gone.length > 0 ? { warnings: [`not looked at, their claims are not bound: ${gone.join(', ')}`] } : {}),
      };
    },

    async apply(input, hands) {
      const work = await workOf(input, hands);
      if ('expected' in work) throw new FailureError(work);
      const { view, folder, members } = work;
      const specs = members.map((member) =>
        memberJob(hands, view, member, {
          verb: 'discard',
          values: { WORK: folderPath(folder), WHAT: of.what },
          besideMember: true,
          deadlineMs: deadlines.discard,
        }),
      );
      await endRunners(
        hands,
        members.map(({ data }) => data.claim),
        specs.map(({ name }) => name),
      );
      await runMeasured(hands, specs);
    },
  };
}

interface Work {
  readonly view: ClusterView;
  readonly folder: string;
  readonly members: readonly MemberView[];
  readonly gone: readonly string[];
}

async function workOf(input: JsonObject, look: Look): Promise<Work | Failure> {
  const { folder, members: names, run } = known(fields, input);
  if (folder === undefined || names === undefined || run === undefined)
    fail('failed', 'folder, members and run', 'not all given', 'remove the folder by hand');
  // The name is spliced into a path that is removed: nothing but this run's own folder passes.
  if (!/^[a-z0-9]+$/.test(run) || folder !== folderName(run)) {
    return failure('refused', `the folder of run ${run}`, folder, 'remove it by hand, after a look at it');
  }
  const view = await viewCluster(look);
  const wanted = names.map(String);
  const members = view.members.filter((member) => wanted.includes(member.name) && member.data.bound);
  const gone = wanted.filter((name) => !members.some((member) => member.name === name));
  if (members.length === 0 && wanted.length > 0) {
    return failure(
      'unknown',
      `bound claims of ${wanted.join(', ')}`,
      'none',
      'look at the claims; where the volumes are gone, so is the folder',
    );
  }
  return { view, folder, members, gone };
}

export function freedText(bytes: number): string {
  return bytes > 0 ? `, ${formatBytes(bytes)} freed` : '';
}
