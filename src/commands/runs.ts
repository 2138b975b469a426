import { dateTimeText } from '../base/time.ts';
import { foldEvents } from '../engine/apply-event.ts';
import type { RunEvent } from '../engine/event.ts';
import { isLocked } from '../host/run-lock.ts';
import type { StateFolder } from '../host/state-folder.ts';
import { closeCommand, repairCommand, resumeCommand } from '../record/commands.ts';
import { type RunSummary, summarize } from '../record/run-summary.ts';
import { transcript } from '../record/transcript.ts';
import { columns } from './columns.ts';
import type { Globals } from './globals.ts';
import { data, talk } from './output.ts';
import { readEvents, stateFolder } from './run-record.ts';

export interface ListedRun extends RunSummary {
  /** A process of this machine is at it. */
  readonly running: boolean;
}

/** Runs recorded on this machine, newest first; a damaged journal is told, never in the way of the others. */
export async function localRuns(state: StateFolder): Promise<readonly ListedRun[]> {
  const ids = await state.list();
  const all = await Promise.all(
    ids.map(async (id): Promise<ListedRun | undefined> => {
      const folder = await state.find(id);
      const events = await readEvents(folder).catch((thrown: Error) => {
        talk(`run ${id}: ${thrown.message}`);
        return [] as readonly RunEvent[];
      });
      const summary = summarize(events);
      return summary && { ...summary, running: await isLocked(folder) };
    }),
  );
  return all.filter((run) => run !== undefined);
}

export async function listRuns(globals: Globals): Promise<number> {
  const runs = await localRuns(stateFolder(globals));
  if (globals.output === 'json') {
    data(JSON.stringify(runs, null, 2));
    return 0;
  }
  if (runs.length === 0) {
    talk(`no runs in ${stateFolder(globals).runs}: galera-runbook backup makes the first`);
    return 0;
  }
  data(
    columns(
      ['started (UTC)', 'run', 'runbook', 'cluster', 'by', 'ended', 'next'],
      runs.map((run) => [
        dateTimeText(run.startedAt),
        run.run,
        run.runbook,
        run.cluster,
        run.by,
        run.running ? 'runs' : run.outcome,
        nextOf(run),
      ]),
    ).join('\n'),
  );
  return 0;
}

/** What is left to do about a run. */
function nextOf(run: ListedRun): string {
  if (run.endedAt === undefined) return run.running ? '' : resumeCommand(run.run);
  if (run.unpaid.length > 0) return repairCommand(run.run);
  return run.kept.length > 0 && !run.closed ? closeCommand(run.run) : '';
}

export async function showRun(globals: Globals, word: string): Promise<number> {
  const folder = await stateFolder(globals).find(word);
  const events = await readEvents(folder);
  if (globals.output === 'json') {
    data(
      JSON.stringify(
        {
          summary: summarize(events),
          state: foldEvents(events),
          events,
          folder: folder.path,
          outputs: await folder.outputs(),
        },
        null,
        2,
      ),
    );
    return 0;
  }
  const summary = summarize(events);
  if (!summary) {
    talk(`run ${folder.id} never began; its record is in ${folder.path}`);
    return 1;
  }
  const state = foldEvents(events);
  const steps = Object.entries(state.steps).map(([id, step]) => [
    id,
    step.is,
    step.attempt === 0 ? '' : String(step.attempt),
    step.failure ? step.failure.found : '',
  ]);
  const lines = [
    `run        ${summary.run} of ${summary.runbook}, ${summary.title}`,
    `cluster    ${summary.cluster}, context ${summary.context}`,
    `by         ${summary.by}`,
    `started    ${dateTimeText(summary.startedAt)}`,
    `ended      ${summary.endedAt === undefined ? 'not yet' : `${dateTimeText(summary.endedAt)}, exit ${summary.exit}: ${summary.says}`}`,
    ...(summary.endedAt === undefined ? [`go on      unless it still runs: ${resumeCommand(summary.run)}`] : []),
    ...summary.unpaid.map((debt) => `owes       ${debt.says}; ${repairCommand(summary.run)}`),
    ...summary.kept.map((debt) => `keeps      ${debt.says}; ${closeCommand(summary.run)}`),
    `record     ${folder.path}`,
    '',
    ...columns(['step', 'state', 'attempt', 'found'], steps),
  ];
  data(lines.join('\n'));
  return 0;
}

export async function showTranscript(globals: Globals, word: string): Promise<number> {
  data(transcript(await readEvents(await stateFolder(globals).find(word))));
  return 0;
}
