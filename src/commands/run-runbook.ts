import { program } from '../actions/program.ts';
import { resolveBackup } from '../actions/resolve-backup.ts';
import { fail } from '../base/failure.ts';
import { canonical } from '../base/json.ts';
import { Run } from '../engine/drive.ts';
import type { Mode, Plan } from '../engine/event.ts';
import { exitOfFailure, exits } from '../engine/exit-code.ts';
import type { Frontend } from '../engine/frontend.ts';
import { parametersOf } from '../engine/parameters.ts';
import { makePlan, refusals, sha256 } from '../engine/plan.ts';
import { onSignals, type SignalActions } from '../host/signals.ts';
import { repairCommand, resumeCommand } from '../record/commands.ts';
import { summarize } from '../record/run-summary.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { clusterWord } from '../target/identity.ts';
import { mirroredRuns } from './cluster-mirror.ts';
import { drivingOf } from './driving.ts';
import { frontendOf } from './front.ts';
import type { Globals, RunOptions } from './globals.ts';
import { type LoadedRunbook, loadRunbook } from './load-runbook.ts';
import { talk, tellFailure } from './output.ts';
import { RunRecord } from './run-record.ts';
import { openSession, planningOf, type Session, sawOf, see, targetFacts } from './session.ts';

/** How often a plan is made anew because what it saw has moved, before the operator is told that the ground does not hold still. */
const plansAtMost = 3;

export function hasTerminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && !process.env.CI;
}

/** What can be said without looking at any cluster: exit 2, with the flag to use (design §6.3). */
export function checkMode(options: RunOptions, name: string): Mode {
  if (options.dryRun) return 'interactive';
  if (options.yes && options.cluster === undefined) {
    fail(
      'usage',
      'with --yes, the Galera cluster that it is meant for',
      'no --cluster',
      `galera-runbook ${name} --yes --cluster NAMESPACE/NAME`,
    );
  }
  if (!options.yes && !hasTerminal()) {
    fail(
      'usage',
      'a terminal to ask at the gates, or --yes',
      'no terminal',
      `galera-runbook ${name} --yes --cluster NAMESPACE/NAME, or --dry-run to see the plan`,
    );
  }
  return options.yes ? 'yes' : 'interactive';
}

/** Going back is a person's decision: no flag stands for it, so none is named (design §5, `--yes`). */
export function checkPerson(options: RunOptions, name: string): void {
  if (options.dryRun || (!options.yes && hasTerminal())) return;
  fail(
    'usage',
    'a person at a terminal: a rollback needs a terminal to ask on, and --yes never answers it',
    options.yes ? '--yes' : 'no terminal',
    `galera-runbook ${name} at a terminal, or with --dry-run to see what it would do`,
  );
}

/** Exit 4: the right flag for another cluster. */
export function checkCluster(session: Session, options: RunOptions): void {
  const word = clusterWord(session.identity);
  if (options.cluster === undefined || options.cluster === word) return;
  fail(
    'refused',
    `--cluster ${word}, which is target ${session.config.name} in context ${session.identity.context}`,
    options.cluster,
    'choose the target with --target, or correct --cluster',
  );
}

export async function runRunbook(
  globals: Globals,
  name: string,
  options: RunOptions,
  given: { readonly [name: string]: string },
): Promise<number> {
  const mode = checkMode(options, name);
  const loaded = await loadRunbook(globals, name);
  const { runbook } = loaded;
  const session = await openSession(globals);
  try {
    checkCluster(session, options);
    if (!runbook.flavours.includes(session.config.flavour)) {
      fail(
        'refused',
        `a runbook for flavour ${session.config.flavour}`,
        `${runbook.name} is for ${runbook.flavours.join(', ')}`,
        'galera-runbook runbooks list shows which runbooks are for which flavour',
      );
    }
    await tellOwed(session);
    for (let tries = 1; ; tries++) {
      const ended = await runOnce(globals, session, loaded, mode, options, given);
      if (ended !== 'moved') return ended;
      if (tries === plansAtMost)
        fail(
          'refused',
          'a target that holds still between plan and start',
          `it has moved ${plansAtMost} times`,
          'find out who changes it; then run again',
        );
    }
  } finally {
    await session.close();
  }
}

async function runOnce(
  globals: Globals,
  session: Session,
  loaded: LoadedRunbook,
  mode: Mode,
  options: RunOptions,
  given: { readonly [name: string]: string },
): Promise<number | 'moved'> {
  const frontend = frontendOf(globals, session.redactor, {
    dryRun: options.dryRun === true,
    mode,
    clock: session.clock,
  });
  const plan = await planOf(session, loaded.runbook, session.ports.newRun(), given);
  frontend.planned(plan);
  const no = refusals(plan.steps);
  if (no.length > 0) return refusal(no);
  if (options.dryRun) return exits.done;
  const { cluster } = options;
  return await carryOut(globals, session, loaded, plan, {
    mode,
    frontend,
    terminal: hasTerminal(),
    ...(cluster === undefined ? {} : { cluster }),
  });
}

export interface CarryingOut {
  readonly mode: Mode;
  readonly frontend: Frontend;
  readonly terminal: boolean;
  readonly cluster?: string;
  /** Gets the run once it goes. */
  readonly begun?: (run: Run) => void;
}

/** Carries out a plan, once. `moved`: what it saw was not so any more, and nothing was done. */
export async function carryOut(
  globals: Globals,
  session: Session,
  { bytes }: LoadedRunbook,
  plan: Plan,
  of: CarryingOut,
): Promise<number | 'moved'> {
  const { run } = plan;
  const { frontend, mode } = of;
  await checkNobodyElse(session);
  const record = await RunRecord.create(globals, run, bytes, session.redactor);
  const moved = { yet: false };
  const driver = new Run(
    drivingOf({
      session,
      run,
      record,
      document: bytes,
      frontend,
      terminal: of.terminal,
      ...(of.cluster === undefined ? {} : { cluster: of.cluster }),
      unmoved: async (seen) => {
        moved.yet = await hasMoved(session, seen);
        if (moved.yet) fail('refused', 'the target as the plan saw it', 'it has moved since', 'the plan is made again');
      },
    }),
  );
  of.begun?.(driver);
  const exit = await driveRecorded(driver, record, frontend, async () => {
    await driver.append({ type: 'run-started', plan, mode, by: session.by, format: 1 });
    return undefined;
  });
  return moved.yet ? 'moved' : exit;
}

/** Whether what a plan saw is not so any more. */
export async function hasMoved(session: Session, plan: Plan): Promise<boolean> {
  return sha256(canonical(sawOf(session, await see(session)))) !== plan.saw;
}

export function signalsFor(driver: Run): SignalActions {
  return {
    stop: (by) => void driver.stop(by),
    abandon: () => void driver.abandon('SIGINT'),
    // The terminal is gone: the run goes to its safe point by itself, and what is owed stays known.
    hangUp: () => void driver.stop('SIGHUP'),
  };
}

/** Drives with signals watched; writes the transcript whatever happens. `begin` gives the exit code of a run that was not begun. */
export async function driveRecorded(
  driver: Run,
  record: RunRecord,
  frontend: Frontend,
  begin: () => Promise<number | undefined>,
): Promise<number> {
  const unwatch = onSignals(signalsFor(driver));
  try {
    return (await begin()) ?? (await driver.drive());
  } finally {
    await record.finish(driver.events);
    await frontend.close();
    // Who was told to stop is about to end: told again, it must not die before its transcript is there and with another exit code.
    if (driver.state.stop === undefined) unwatch();
  }
}

export async function planOf(
  session: Session,
  runbook: Runbook,
  run: string,
  given: { readonly [name: string]: string },
): Promise<Plan> {
  const view = await see(session);
  const parameters = await parametersOf(runbook, given, (wanted) => resolveBackup(session.look(), wanted));
  return await makePlan(planningOf(session, run), {
    run,
    runbook,
    parameters,
    targetFacts: targetFacts(session, view),
    program,
    saw: sawOf(session, view),
  });
}

/**
 * All leading refusals at once, one cause that stops several steps told once; the worst decides the exit code: not safe before refused
 * before anything else.
 */
export function refusal(of: ReturnType<typeof refusals>): number {
  const told = new Map(of.map(({ failure }) => [canonical({ ...failure }), failure]));
  for (const failure of told.values()) tellFailure(failure);
  const codes = of.map(({ failure }) => exitOfFailure(failure));
  return [exits.unsafe, exits.refused, exits.held, exits.usage].find((code) => codes.includes(code)) ?? exits.failed;
}

/** What earlier runs on this Galera cluster owe, wherever they were started: said before the next one plans (design §5, Debts). */
async function tellOwed(session: Session): Promise<void> {
  const runs = await mirroredRuns(session.ports.kube, session.config.namespace).catch(() => []);
  for (const { events } of runs) {
    const summary = summarize(events);
    if (summary?.cluster !== clusterWord(session.identity)) continue;
    for (const debt of summary.unpaid) talk(`run ${summary.run} owes: ${debt.says}; ${repairCommand(summary.run)}`);
  }
}

async function checkNobodyElse(session: Session): Promise<void> {
  const holder = await session.lease().read();
  if (holder)
    fail(
      'held',
      'no other run on this Galera cluster',
      `run ${holder.run} of ${holder.holder} holds the lease`,
      `wait until that run has ended; if its process died: ${resumeCommand(holder.run)}, or ${repairCommand(holder.run)}`,
    );
}
