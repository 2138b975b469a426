import { dateTimeText } from '../base/time.ts';
import { foldEvents } from '../engine/apply-event.ts';
import type { RunEvent } from '../engine/event.ts';
import { isLocked } from '../host/run-lock.ts';
import { closeCommand, repairCommand, resumeCommand } from '../record/commands.ts';
import { type RunSummary, summarize } from '../record/run-summary.ts';
import { transcript } from '../record/transcript.ts';
import { columns } from './columns.ts';
import type { Globals } from './globals.ts';
import { localRuns } from './local-runs.ts';
import { data, talk } from './output.ts';
import { readEvents, stateFolder } from './run-record.ts';

export async function listRuns(globals: Globals): Promise<number> {
  const found = await localRuns(stateFolder(globals), { damaged: (run, why) => talk(`run ${run}: ${why.message}`) });
  const runs = await Promise.all(
    // `running`: a process of this machine is at it.
    found.map(async ({ folder, summary }) => ({ ...summary, running: await isLocked(folder) })),
  );
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
function nextOf(run: RunSummary & { readonly running: boolean }): string {
  if (run.endedAt === undefined) return run.running ? '' : resumeCommand(run.run);
  if (run.openEnd !== undefined) return run.openEnd;
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
    lastSaid(events, id),
  ]);
  const lines = [
    `run        ${summary.run} of ${summary.runbook}, ${summary.title}`,
    `cluster    ${summary.cluster}, context ${summary.context}`,
    `by         ${summary.by}`,
    `started    ${dateTimeText(summary.startedAt)}`,
    `ended      ${summary.endedAt === undefined ? 'not yet' : `${dateTimeText(summary.endedAt)}, exit ${summary.exit}: ${summary.says}`}`,
    ...(summary.endedAt === undefined ? [`go on      unless it still runs: ${resumeCommand(summary.run)}`] : []),
    ...summary.unpaid.map((debt) => `owes       ${debt.says}; ${repairCommand(summary.run)}`),
    ...(summary.unpaid.length > 0 || summary.openEnd === undefined ? [] : [`go on      ${summary.openEnd}`]),
    ...summary.kept.map((debt) => `keeps      ${debt.says}; ${closeCommand(summary.run)}`),
    `record     ${folder.path}`,
    '',
    ...columns(['step', 'state', 'attempt', 'says'], steps),
  ];
  data(lines.join('\n'));
  return 0;
}

/** What a step has found, done, or why it was left out: the last time. */
function lastSaid(events: readonly RunEvent[], id: string): string {
  const last = events.findLast(
    (event) =>
      (event.type === 'step-passed' || event.type === 'step-failed' || event.type === 'step-skipped') &&
      event.step === id,
  );
  if (last?.type === 'step-passed') return last.says;
  if (last?.type === 'step-skipped') return last.reason;
  return last?.type === 'step-failed' ? last.failure.found : '';
}

export async function showTranscript(globals: Globals, word: string): Promise<number> {
  data(transcript(await readEvents(await stateFolder(globals).find(word))));
  return 0;
}
