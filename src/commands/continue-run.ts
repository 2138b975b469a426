import { program } from '../actions/program.ts';
import { FailureError, fail } from '../base/failure.ts';
import { foldEvents } from '../engine/apply-event.ts';
import { type Asking, askGate } from '../engine/ask-gate.ts';
import { Run, type TakenOver } from '../engine/drive.ts';
import type { Mode, Plan, PlannedStep, RunEvent, Way } from '../engine/event.ts';
import { exits } from '../engine/exit-code.ts';
import type { Frontend } from '../engine/frontend.ts';
import { effectText, gateOfTakeover } from '../engine/gate.ts';
import { gateOfResume } from '../engine/gate-of-plan.ts';
import { gatePolicy } from '../engine/gate-policy.ts';
import { planPart, refusals } from '../engine/plan.ts';
import { closingStep, type Resumption, resumption, stepsOf } from '../engine/resumption.ts';
import { kept, owed, type RunState } from '../engine/state.ts';
import { hasTouched } from '../engine/touched.ts';
import { closeCommand, repairCommand, resumeCommand } from '../record/commands.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { sameIdentity } from '../target/identity.ts';
import type { LeaseHolder } from '../target/lease.ts';
import { drivingOf } from './driving.ts';
import { frontendOf } from './front.ts';
import type { Globals, RunOptions } from './globals.ts';
import { keptRunbook } from './kept-runbook.ts';
import { data, talk } from './output.ts';
import { leaseOf } from './run-lease.ts';
import { caughtUp, type OpenedRun, openRun, recordHere } from './run-of.ts';
import { checkCluster, checkMode, checkPerson, driveRecorded, hasMoved, hasTerminal, refusal } from './run-runbook.ts';
import { openSession, planningOf, type Session } from './session.ts';

/** Takes up a run: goes on with it, pays what it owes, goes back, or removes what it kept. One journal, one transcript. */
export async function continueRun(globals: Globals, word: string, way: Way, options: RunOptions): Promise<number> {
  const name = `runs ${way} ${word}`;
  if (way === 'rollback') checkPerson(options, name);
  const mode = checkMode(options, name);
  const session = await openSession(globals);
  try {
    checkCluster(session, options);
    return await takeUpRun(globals, session, word, way, options, mode);
  } finally {
    await session.close();
  }
}

/** Who shows the run in the place of the command line. */
export interface Shown {
  readonly frontend: Frontend;
  /** Gets the run once it goes. */
  readonly begun: (run: Run) => void;
}

export async function takeUpRun(
  globals: Globals,
  session: Session,
  word: string,
  way: Way,
  options: RunOptions,
  mode: Mode,
  shown?: Shown,
): Promise<number> {
  const opened = await openRun(globals, session, word);
  let { record, events } = opened;
  let driven = false;
  const lease = leaseOf(session);
  try {
    checkRun(session, events, way);
    if (opened.torn)
      talk(`run ${opened.run}: the last line of its journal was cut off and is dropped: nothing followed it`);
    if (options.dryRun) return await showPart(globals, session, opened, way);
    const frontend =
      shown?.frontend ??
      frontendOf(globals, session.redactor, { dryRun: false, mode, clock: session.clock, run: opened.run });
    const terminal = shown !== undefined || hasTerminal();
    const over = await lease.takeUp(opened.run, {
      ownRecord: record !== undefined,
      mayAsk: gatePolicy({ need: 'typed', personal: true }, mode, terminal) === 'ask',
      confirm: (by) => confirmed({ frontend, terminal, by: session.by }, foldEvents(events).plan, by, mode),
      waits: (by) => talk(`${by.holder} holds the lease of run ${by.run}: watching for 60 s whether it lives`),
    });
    events = await caughtUp(session, opened);
    record = await recordHere(globals, session, opened, events);
    const part = await partOf(globals, session, way, events, opened.document);
    const driver = new Run(
      drivingOf({
        session,
        run: opened.run,
        record,
        document: opened.document,
        frontend,
        terminal,
        ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
        async unmoved(plan) {
          if (await hasMoved(session, plan))
            fail(
              'refused',
              'the target as the plan saw it',
              'it has moved since',
              'nothing was done yet: start a new run',
            );
        },
        lease,
      }),
      events,
    );
    if (part.is === 'no' || part.is === 'over' || part.is === 'nothing' || part.is === 'refused') {
      await driver.tidyUp();
      events = driver.events;
      return notTakenUp(opened.run, part);
    }
    driven = true;
    shown?.begun(driver);
    return await driveRecorded(driver, record, frontend, async () => {
      const by = { mode, by: session.by, program };
      const began = await driver.takeUp(
        part.is === 'same-part'
          ? { type: 'run-resumed', ...by }
          : { type: 'run-continued', way, steps: part.steps, ...by },
        over,
      );
      return began ? undefined : leftAsItWas(opened.run, driver.state, shown);
    });
  } finally {
    if (!driven) await record?.finish(events);
    await lease.lease.release().catch(() => undefined);
  }
}

type Part =
  | Resumption
  | { readonly is: 'planned'; readonly steps: readonly PlannedStep[] }
  | { readonly is: 'nothing'; readonly says: string }
  | { readonly is: 'refused'; readonly refusals: ReturnType<typeof refusals> };

/** What is to be done, planned anew unless the run's process only died. */
async function partOf(
  globals: Globals,
  session: Session,
  way: Way,
  events: readonly RunEvent[],
  document: Uint8Array,
): Promise<Exclude<Part, { readonly is: 'anew' }>> {
  const state = foldEvents(events);
  checkRun(session, events, way);
  const { plan } = state as RunState & { readonly plan: Plan };
  const runbook = await keptRunbook(globals, document, plan);
  if (way === 'resume') {
    const can = resumption(state);
    if (can.is !== 'anew') return can;
  }
  return await planned(session, way, state, runbook, plan.run);
}

async function planned(session: Session, way: Way, state: RunState, runbook: Runbook, run: string) {
  const steps = stepsOf(way, state, runbook);
  if (steps.length === 0 && way !== 'close') {
    const alive = state.phase !== 'ended' ? `; it was cut off: ${resumeCommand(run)} goes on with it` : '';
    return { is: 'nothing', says: `run ${run} owes nothing: there is nothing to do${alive}` } as const;
  }
  const parts = await planPart(planningOf(session, run), steps, state);
  const no = refusals(parts);
  return no.length > 0 ? ({ is: 'refused', refusals: no } as const) : ({ is: 'planned', steps: parts } as const);
}

function notTakenUp(run: string, part: Extract<Part, { readonly is: 'no' | 'over' | 'nothing' | 'refused' }>): number {
  switch (part.is) {
    case 'over':
      talk(`run ${run} ended well: there is nothing to do`);
      return exits.done;
    case 'nothing':
      talk(part.says);
      return exits.done;
    case 'refused':
      return refusal(part.refusals);
    case 'no':
      throw new FailureError(part.failure);
  }
}

/** Somebody said no before anything was written. */
function leftAsItWas(run: string, state: RunState, shown: Shown | undefined): number {
  talk(`run ${run} stays as it was`);
  if (owed(state).length === 0) return exits.answeredNo;
  // Where somebody else shows the run, standard output is theirs.
  if (shown === undefined) data(repairCommand(run));
  return exits.owes;
}

/** A dry run: what would be done, from reading alone; who holds the lease is not asked away. */
async function showPart(globals: Globals, session: Session, opened: OpenedRun, way: Way): Promise<number> {
  const { record: _record, ...seen } = opened;
  const events = await caughtUp(session, seen);
  const part = await partOf(globals, session, way, events, opened.document);
  const holder = await session.lease().read();
  if (holder) talk(`run ${holder.run} of ${holder.holder} holds the lease`);
  if (part.is === 'same-part') {
    const state = foldEvents(events);
    if (state.plan) for (const line of gateOfResume(state.plan, state).shows) data(line);
    return exits.done;
  }
  if (part.is !== 'planned') return notTakenUp(opened.run, part);
  for (const { step, danger, says, effects, skipped } of part.steps) {
    if (skipped === undefined) data(`${step.id}: ${danger}: ${[...says, ...effects.map(effectText)].join('; ')}`);
  }
  return exits.done;
}

async function confirmed(
  asking: Asking,
  plan: Plan | undefined,
  by: LeaseHolder,
  mode: Mode,
): Promise<TakenOver | undefined> {
  if (!plan) return undefined;
  const says = [
    'it gave no sign of life for 60 s while this machine watched; its process may be cut off from the API server and still at work',
    'yes: it starts no further effect; what it has begun in the cluster is found and gone on with',
    'no: the run stays with its holder',
  ];
  const asked = await askGate(asking, gateOfTakeover(plan, by.holder, says), mode, new AbortController().signal);
  return asked.answer.answer === 'yes' ? { from: by.holder, asked } : undefined;
}

export function checkRun(session: Session, events: readonly RunEvent[], way: Way): void {
  const state = foldEvents(events);
  const { plan } = state;
  if (!plan) fail('refused', 'a run that began', 'a journal without a plan', 'there is nothing to take up');
  if (!sameIdentity(plan.identity, session.identity)) {
    fail(
      'refused',
      `the target of run ${plan.run}: ${plan.identity.namespace}/${plan.identity.cluster}, StatefulSet ${plan.identity.statefulSetUid}`,
      `${session.identity.namespace}/${session.identity.cluster}, StatefulSet ${session.identity.statefulSetUid}`,
      'choose the target with --target or --context',
    );
  }
  if (state.closed && way !== 'close' && way !== 'resume')
    fail(
      'refused',
      `a run that is open`,
      `run ${plan.run} is closed`,
      way === 'rollback' ? 'what it set aside is gone: restore a backup instead' : 'nothing is owed by a closed run',
    );
  if (
    way === 'rollback' &&
    !state.plan?.steps.some(({ step }) => step.action === 'restore.swap' && (state.steps[step.id]?.attempt ?? 0) > 0)
  ) {
    fail(
      'refused',
      'a run that has replaced data',
      `run ${plan.run} never came to that`,
      owed(state).length > 0 ? repairCommand(plan.run) : 'there is nothing to go back from',
    );
  }
  if (way === 'rollback' && state.rolledBack) {
    fail(
      'refused',
      `the restored data of run ${plan.run} in its place`,
      'it was rolled back already: the data of before serves',
      `${closeCommand(plan.run)} removes what was restored; to have it again, restore the backup again`,
    );
  }
  if (way === 'rollback' && hasTouched(events, closingStep)) {
    fail(
      'refused',
      `the data that run ${plan.run} has replaced, set aside and whole`,
      'its removal has begun: some of it may be gone',
      `${closeCommand(plan.run)} removes the rest; to go back, restore a backup that is older`,
    );
  }
  const swapped = state.plan?.steps.some(
    ({ step }) => step.action === 'restore.swap' && state.steps[step.id]?.is === 'passed',
  );
  if (way === 'rollback' && swapped && kept(state).length === 0) {
    fail(
      'refused',
      `the data that run ${plan.run} has replaced, set aside`,
      'it was not kept',
      'restore a backup that is older',
    );
  }
  if (way === 'close' && owed(state).length > 0) {
    fail(
      'refused',
      `run ${plan.run} owes nothing`,
      owed(state)
        .map((debt) => debt.says)
        .join('; '),
      repairCommand(plan.run),
    );
  }
}
