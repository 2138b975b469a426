import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIndex } from '../actions/backup-index.ts';
import { FailureError, fail } from '../base/failure.ts';
import { applyEvent } from '../engine/apply-event.ts';
import type { Run } from '../engine/drive.ts';
import type { Way } from '../engine/event.ts';
import type { Frontend } from '../engine/frontend.ts';
import { gateOfPlan } from '../engine/gate-of-plan.ts';
import { refusals } from '../engine/plan.ts';
import { newRun } from '../engine/state.ts';
import { listRunbooks } from '../host/runbook-files.ts';
import { shortPath } from '../host/state-folder.ts';
import { transcript } from '../record/transcript.ts';
import { readDocument } from '../runbook/document.ts';
import type { Runbook } from '../runbook/runbook.ts';
import type { Targets } from '../screens/choosing-target.ts';
import type {
  CarriedOut,
  ClusterLook,
  Document,
  Operations,
  Proposal,
  RunbookRow,
  TargetChoice,
  Wish,
} from '../screens/operations.ts';
import type { TargetConfig } from '../target/config.ts';
import type { KubeReads } from '../target/kubernetes.ts';
import { backupText } from './backups.ts';
import { takeUpRun } from './continue-run.ts';
import type { Globals } from './globals.ts';
import { JobOutput } from './job-output.ts';
import { loadFile, loadRunbook, RunbookError, siteRunbooks } from './load-runbook.ts';
import { eventsOfRun } from './run-events.ts';
import { stateFolder } from './run-record.ts';
import { carryOut, planOf } from './run-runbook.ts';
import { dangerOf, dangerOfStep, isStoppable } from './runbooks.ts';
import { openSession, type Session, see } from './session.ts';
import { ListingMemory, listingOf } from './status.ts';
import { steadyReads } from './steady-reads.ts';
import { readConfiguration } from './targets.ts';

const logLines = 2000;
/** Settings are for the panel; what a member does is asked each second. */
const settingsMs = 10_000;

/** What the screens ask for, done by the same functions as the commands. */
export function operationsOf(globals: Globals, connected: Session): Operations {
  const output = new JobOutput(connected.redactor);
  const session = output.listening(connected);
  const { config, identity } = session;
  const time = session.ports.lookOn?.();
  const memory = new ListingMemory();
  const kube = steadyReads(session.ports.kube, () => session.clock.now());
  return {
    ...(time === undefined ? {} : { time }),
    target: {
      ...identity,
      name: config.name,
      service: config.service,
      claim: config.backups.claim,
      ...(config.backups.reserveBytes === undefined ? {} : { reserveBytes: config.backups.reserveBytes }),
    },
    look: () => lookOf(session, kube),
    sample: (member) => session.ports.sql.status(member, { settingsMs }),
    async list() {
      const { measures, unanswered, ...listed } = await listingOf(globals, session, memory);
      // Lists of this machine's runs alone would be shown as read just now: what was read before is told with its age instead.
      if (unanswered !== undefined) throw new FailureError(unanswered);
      return { ...listed, measures: Object.fromEntries(measures) };
    },
    runbooks: () => runbooksFor(globals, session),
    propose: (wish) => propose(globals, session, wish),
    takeUp: (run, way, frontend) => takeUp(globals, session, { run, way, frontend }),
    async backup(id) {
      const { entries } = await readIndex(session.look());
      const entry = entries.find((each) => each.id === id);
      if (entry === undefined) fail('refused', `backup ${id} in the index`, 'it is gone', 'the list is read again');
      return backupText(entry);
    },
    transcript: async (run) => documentOf(transcript(await eventsOfRun(globals, session, run))),
    async document(name) {
      const { runbook } = await loadRunbook(globals, name);
      const steps = [...runbook.steps, ...runbook.rollback];
      return documentOf(runbook.text, Object.fromEntries(steps.map((step) => [step.id, dangerOfStep(step)])));
    },
    logs: (member) =>
      session.ports.kube.logs(
        { namespace: config.namespace, name: member, container: config.container },
        { tailLines: logLines },
      ),
    run: (run) => eventsOfRun(globals, session, run),
    output: (run) => output.drain(run),
    async stepOutput(run, step) {
      return await output.whole(await stateFolder(globals).find(run), step);
    },
    targets: async () => (globals.practice ? [choiceOf(config)] : await targetsOf(globals).targets()),
    identify: async (target) => (target === config.name ? identity : await targetsOf(globals).identify(target)),
    async write(name, text) {
      const folder = join(stateFolder(globals).runs, '..', 'views');
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, name);
      await writeFile(path, session.redactor.text(text), { mode: 0o600 });
      return shortPath(path);
    },
  };
}

/** The targets of the configuration, whether or not one of them can be reached. */
export function targetsOf(globals: Globals): Targets {
  return {
    targets: async () => (await readConfiguration(globals, process.env)).targets.map(choiceOf),
    async identify(target) {
      const session = await openSession({ ...globals, target });
      await session.close();
      return session.identity;
    },
  };
}

function choiceOf({ name, context, namespace, cluster }: TargetConfig): TargetChoice {
  return { name, context: context ?? 'the current one', namespace, cluster };
}

function documentOf(text: string, dangers: Document['dangers'] = {}): Document {
  return { text, blocks: readDocument(text), dangers };
}

async function lookOf(session: Session, kube: KubeReads): Promise<ClusterLook> {
  const view = await see(session, kube);
  return {
    replicas: view.statefulSet.replicas,
    members: view.members.map(({ name, ordinal, pod, data, inService }) => ({
      member: name,
      ordinal,
      ...(pod ? { pod } : {}),
      inService,
      claim: data.claim,
      ...(data.capacityBytes === undefined ? {} : { capacityBytes: data.capacityBytes }),
    })),
  };
}

/** Those of this flavour; a document that is not valid is left to `runbooks validate`. */
async function runbooksFor(globals: Globals, session: Session): Promise<readonly RunbookRow[]> {
  const files = await listRunbooks(await siteRunbooks(globals));
  const rows = await Promise.all(
    files.map(async (file): Promise<readonly RunbookRow[]> => {
      try {
        const { runbook } = await loadFile(file);
        return runbook.flavours.includes(session.config.flavour)
          ? [{ runbook, danger: dangerOf(runbook), steps: factsOfSteps(runbook) }]
          : [];
      } catch (thrown) {
        if (!(thrown instanceof RunbookError)) throw thrown;
        return [];
      }
    }),
  );
  return rows.flat();
}

function factsOfSteps({ steps, rollback }: Runbook): RunbookRow['steps'] {
  return Object.fromEntries(
    [...steps, ...rollback].map((step) => [step.id, { danger: dangerOfStep(step), stoppable: isStoppable(step) }]),
  );
}

async function propose(globals: Globals, session: Session, wish: Wish): Promise<Proposal> {
  // Screens stay open for long: behind the same names may be another cluster by now, and its plan would bear the first one's identity.
  await session.checkIdentity();
  const loaded = await loadRunbook(globals, wish.runbook);
  const plan = await planOf(session, loaded.runbook, session.ports.newRun(), wish.parameters);
  const state = applyEvent(newRun, {
    seq: 1,
    at: session.clock.now(),
    type: 'run-started',
    plan,
    mode: 'interactive',
    by: session.by,
    format: 1,
  });
  return {
    plan,
    state,
    gate: gateOfPlan(plan, state),
    refusals: refusals(plan.steps),
    carryOut: (frontend) =>
      following((begun) =>
        carryOut(globals, session, loaded, plan, { mode: 'interactive', frontend, terminal: true, begun }),
      ),
  };
}

function takeUp(
  globals: Globals,
  session: Session,
  of: { readonly run: string; readonly way: Way; readonly frontend: Frontend },
): CarriedOut {
  return following(async (begun) => {
    await session.checkIdentity();
    return await takeUpRun(globals, session, of.run, of.way, {}, 'interactive', { frontend: of.frontend, begun });
  });
}

/** A stop that is asked for before the run goes reaches it when it does. */
function following(carry: (begun: (run: Run) => void) => Promise<number | 'moved'>): CarriedOut {
  let run: Run | undefined;
  const wanted: ((run: Run) => void)[] = [];
  const tell = (what: (run: Run) => void) => (run === undefined ? void wanted.push(what) : what(run));
  const ended = carry((begun) => {
    run = begun;
    for (const what of wanted) what(begun);
  });
  return {
    ended,
    stop: (by) => tell((each) => void each.stop(by)),
    abandon: (by) => tell((each) => void each.abandon(by)),
  };
}
