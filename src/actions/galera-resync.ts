import { failure } from '../base/failure.ts';
import type { Action } from '../engine/action.ts';
import { flowControlLimits } from '../galera/flow-control.ts';
import { isSynced, type MemberStatus } from '../galera/wsrep-status.ts';
import type { Hands, Look } from '../target/look.ts';
import { type MemberView, viewCluster } from './cluster-view.ts';
import { countField, known, textField } from './fields.ts';
import { hasEnded } from './pod-view.ts';
import { poll, type Waiting } from './poll.ts';
import { activeAttempts } from './runner-jobs.ts';

const fields = {
  member: textField.required,
  podUid: textField.required,
  containerId: textField.required,
  desyncCount: countField.required,
  job: textField.required,
};

interface Owed {
  readonly member: string;
  readonly podUid: string;
  readonly containerId: string;
  /** As it was before the Job. */
  readonly desyncCount: number;
  readonly job: string;
}

/** What copy.sh writes right before it turns wsrep_desync ON. */
const desyncMark = 'wsrep_desync: this Job turns it ON';
const deadlineMs = 30 * 60_000;
const stopGraceMs = 90_000;
const calmSamples = 3;

/** Puts a desynced donor back (safety rule 5): queue short in three samples, OFF once, the count as it was, Synced, Ready. */
export const galeraResync: Action = {
  kind: 'do',
  name: 'galera.resync',
  summary: 'Puts a donor that a Job has desynced back into flow control.',
  inputs: fields,
  outputs: [],
  maxDanger: 'changes',
  danger: () => 'changes',
  owes: false,
  stoppable: false,

  async plan(input) {
    const { member = 'the donor' } = known(fields, input);
    return {
      effects: [],
      debts: [],
      memo: {},
      says: [`puts ${member} back if its Job has not; usually nothing is left`],
    };
  },

  async observe(input, look) {
    const owed = owedOf(input);
    const active = await activeAttempts(look, owed.job);
    if (active.length > 0) {
      return {
        is: 'not-so',
        failure: failure('failed', backText(owed), `Job ${active.join(', ')} still runs`, repair(look, owed)),
      };
    }
    if (await neverDesynced(look, owed)) {
      return { is: 'so', output: {}, says: `${owed.member} was never desynced by Job ${owed.job}` };
    }
    const seen = await lookAt(look, owed);
    if (seen.gone) return { is: 'so', output: {}, says: seen.gone };
    if (seen.open.length > 0)
      return { is: 'not-so', failure: failure('failed', backText(owed), seen.open.join(', '), repair(look, owed)) };
    const queue = seen.status.recvQueue ?? 0;
    return {
      is: 'so',
      output: {},
      says: `${owed.member}: queue ${queue}, OFF, Synced, desync count ${owed.desyncCount} as before`,
      facts: { queue, desyncCount: owed.desyncCount },
    };
  },

  async apply(input, hands) {
    const owed = owedOf(input);
    // Its trap puts the donor back while the Job ends.
    for (const job of await activeAttempts(hands, owed.job))
      await hands.jobs.stop(hands.config.namespace, job, stopGraceMs);
    let calm = 0;
    let off = false;
    await poll(hands, {
      expected: backText(owed),
      next: repair(hands, owed),
      deadlineMs,
      look: async (): Promise<Waiting<true>> => {
        const seen = await lookAt(hands, owed);
        if (seen.gone || seen.open.length === 0) return { done: true };
        if (seen.status.desync !== true || off) return { waits: seen.open.join(', ') };
        calm = seen.calm ? calm + 1 : 0;
        if (calm < calmSamples)
          return { waits: `queue ${seen.status.recvQueue ?? 'unknown'}, short in ${calm} of ${calmSamples} samples` };
        await switchOff(hands, owed);
        off = true;
        return { waits: 'Synced after wsrep_desync OFF' };
      },
    });
  },
};

function owedOf(input: Parameters<Action['danger']>[0]): Owed {
  const { member = '', podUid = '', containerId = '', desyncCount = 0, job = '' } = known(fields, input);
  return { member, podUid, containerId, desyncCount, job };
}

function backText({ member, desyncCount }: Owed): string {
  return `${member} Synced and Ready, wsrep_desync OFF, desync count ${desyncCount}, queue short`;
}

function repair(look: Look, { member }: Owed): string {
  return `galera-runbook runs repair ${look.at.run}; by hand: SET GLOBAL wsrep_desync=OFF on ${member} once its queue is short`;
}

/**
 * The Job ended by itself, in its own words, before it turned wsrep_desync ON: what is desynced now is somebody else's and not ours to end
 * (design §6.5). Only its whole log says so; without it the desync counts as ours.
 */
async function neverDesynced(look: Look, { job }: Owed): Promise<boolean> {
  const report = await look.jobs.report(look.config.namespace, job);
  return (
    report?.phase === 'failed' &&
    report.failure !== undefined &&
    report.log.includes('@@galera-runbook failed') &&
    !report.log.includes(desyncMark)
  );
}

/** Right before the effect: a restarted container has lost its desync, and OFF counts down whatever else has desynced it. */
async function switchOff(hands: Hands, owed: Owed): Promise<void> {
  const seen = await lookAt(hands, owed);
  if (!seen.gone && seen.status.desync === true) await hands.sql.setDesync(owed.member, false);
}

interface Seen {
  /** The desync is no more, since its process is no more. */
  readonly gone?: string;
  readonly status: { readonly desync?: boolean; readonly recvQueue?: number };
  /** The queue is below the lower limit of flow control. */
  readonly calm: boolean;
  /** What is not yet as before. */
  readonly open: readonly string[];
}

async function lookAt(look: Look, owed: Owed): Promise<Seen> {
  const view = await viewCluster(look);
  const member = view.members.find((each) => each.name === owed.member);
  const gone = vanished(member, owed);
  if (gone) return { gone, status: {}, calm: true, open: [] };
  const status = await look.sql.status(owed.member);
  const limit = flowControlLimits(status.settings, view.members.length)?.lower ?? 0;
  const calm = status.recvQueue !== undefined && (status.recvQueue === 0 || status.recvQueue < limit);
  const { desync } = status.settings;
  return {
    status: {
      ...(desync === undefined ? {} : { desync }),
      ...(status.recvQueue === undefined ? {} : { recvQueue: status.recvQueue }),
    },
    calm,
    open: openPoints(status, owed, member?.pod?.ready === true, calm),
  };
}

function vanished(member: MemberView | undefined, owed: Owed): string | undefined {
  const ended = member?.pod && (hasEnded(member.pod) || member.pod.waiting !== undefined);
  if (!member?.pod || ended) return `${owed.member} does not run: its desync vanished with the process`;
  if (member.pod.uid !== owed.podUid) return `${owed.member} is another pod now: its desync vanished with the process`;
  if (member.pod.containerId !== undefined && member.pod.containerId !== owed.containerId) {
    return `${owed.member}'s container was restarted: its desync vanished with the process`;
  }
  return undefined;
}

function openPoints(status: MemberStatus, { desyncCount }: Owed, ready: boolean, calm: boolean): string[] {
  const open: string[] = [];
  if (status.settings.desync !== false) open.push(`wsrep_desync ${status.settings.desync === true ? 'ON' : 'unknown'}`);
  if (!isSynced(status)) open.push(status.localStateComment ?? 'state unknown');
  if (status.desyncCount !== desyncCount)
    open.push(`desync count ${status.desyncCount ?? 'unknown'}, was ${desyncCount}`);
  if (!calm) open.push(`queue ${status.recvQueue ?? 'unknown'}`);
  if (!ready) open.push('not Ready');
  return open;
}
