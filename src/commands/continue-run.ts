import { program } from '../actions/program.ts';
import { fail } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import { foldEvents } from '../engine/apply-event.ts';
import { Run } from '../engine/drive.ts';
import type { RunEvent, Way } from '../engine/event.ts';
import { exits } from '../engine/exit-code.ts';
import { effectText } from '../engine/gate.ts';
import { planSteps, refusals } from '../engine/plan.ts';
import { kept, owed, type RunState } from '../engine/state.ts';
import type { Runbook, Step } from '../runbook/runbook.ts';
import { sameIdentity } from '../target/identity.ts';
import { drivingOf } from './driving.ts';
import { frontendOf } from './front.ts';
import type { Globals, RunOptions } from './globals.ts';
import { parsed } from './load-runbook.ts';
import { data, talk } from './output.ts';
import { recordOf } from './run-of.ts';
import { checkCluster, checkMode, driveRecorded, hasTerminal, refusal } from './run-runbook.ts';
import { openSession, planningOf, type Session } from './session.ts';

/** Takes up a run that has ended: pays or goes on, goes back, or removes what it kept. One journal, one transcript. */
export async function continueRun(globals: Globals, word: string, way: Way, options: RunOptions): Promise<number> {
  const mode = checkMode(options, `runs ${way} ${word}`);
  const session = await openSession(globals);
  try {
    checkCluster(session, options);
    const { record, events, document } = await recordOf(globals, session, word);
    let finished = false;
    try {
      const state = foldEvents(events);
      checkRun(session, state, way);
      const runbook = parsed(document, record.folder.runbook, state.plan?.runbook.name ?? '');
      const steps = stepsOf(way, state, runbook, events);
      if (steps.length === 0 && way !== 'close') {
        talk(`run ${record.folder.id} owes nothing: there is nothing to do`);
        return exits.done;
      }
      const planned = await planSteps(
        planningOf(session, record.folder.id),
        steps,
        { ...state.plan?.parameters, ...state.plan?.facts, ...state.outputs } as JsonObject,
        state.debts,
        (step) => state.steps[step]?.attempt ?? 0,
      );
      const no = refusals(planned);
      if (no.length > 0) return refusal(no);
      if (options.dryRun) {
        const shown = planned.filter(({ skipped }) => skipped === undefined);
        for (const { step, danger, says, effects } of shown) {
          data(`${step.id}: ${danger}: ${[...says, ...effects.map(effectText)].join('; ')}`);
        }
        return exits.done;
      }
      const frontend = frontendOf(globals, session.redactor, { dryRun: false, mode, clock: session.clock });
      const driver = new Run(
        drivingOf({
          session,
          run: record.folder.id,
          record,
          document,
          frontend,
          terminal: hasTerminal(),
          ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
          unmoved: async () => undefined,
        }),
        events,
      );
      finished = true;
      return await driveRecorded(driver, record, frontend, () =>
        driver.append({ type: 'run-continued', way, steps: planned, mode, by: session.by, program }),
      );
    } finally {
      if (!finished) await record.finish(events);
    }
  } finally {
    await session.close();
  }
}

function checkRun(session: Session, state: RunState, way: Way): void {
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
  if (state.closed && way !== 'close')
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
      owed(state).length > 0 ? `galera-runbook runs repair ${plan.run}` : 'there is nothing to go back from',
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
      `galera-runbook runs repair ${plan.run}`,
    );
  }
}

/**
 * What is left to do. Before anything was replaced, or once it was put back: whatever pays. After that a repair goes on with the
 * steps that have not passed, so that nothing returns to clients unproven.
 */
function stepsOf(way: Way, state: RunState, runbook: Runbook, events: readonly RunEvent[]): readonly Step[] {
  if (way === 'rollback') return [...runbook.rollback, ...otherPayers(state, runbook)];
  if (way === 'close') return kept(state).map((debt) => closing(debt.step, debt.payWith));
  const back = events.findLast((event) => event.type === 'run-continued' && event.way !== 'repair');
  const section = back?.type === 'run-continued' && back.way === 'rollback' ? runbook.rollback : runbook.steps;
  if (owed(state).length === 0) return [];
  const open = section.filter((step) => !['passed', 'skipped'].includes(state.steps[step.id]?.is ?? 'pending'));
  if (state.crossed || state.unproven) return open;
  return section.filter((step) => owed(state).some((debt) => step.pays.includes(debt.step)));
}

/** What the way forward owes and the rollback does not pay, e.g. unpacked copies: paid at its end. */
function otherPayers(state: RunState, runbook: Runbook): readonly Step[] {
  const paid = runbook.rollback.flatMap((step) => step.pays);
  const open = owed(state).filter((debt) => !paid.includes(debt.step));
  return runbook.steps.filter((step) => open.some((debt) => step.pays.includes(debt.step)));
}

function closing(of: string, payWith: { readonly action: string; readonly input: JsonObject }): Step {
  return {
    id: 'close',
    title: 'Remove what was set aside',
    prose: '',
    line: 0,
    kind: 'do',
    action: payWith.action,
    with: payWith.input,
    when: [],
    pays: [of],
  };
}
