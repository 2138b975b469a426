import { formatDuration } from '../base/duration.ts';
import { dateTimeText } from '../base/time.ts';
import { foldEvents } from '../engine/apply-event.ts';
import type { Plan, RunEvent } from '../engine/event.ts';
import { kept, owed, type RunState } from '../engine/state.ts';
import { closeCommand, openEndCommand, repairCommand } from './commands.ts';
import { code, plain } from './markdown.ts';
import { closedSays } from './sentences.ts';
import { happened } from './transcript-events.ts';
import { planned } from './transcript-plan.ts';

/**
 * A run's journal as a page for people: who, where, when, what was planned, asked, answered, done and found, and what is owed. The same
 * events always give the same text. Events come redacted; everything from outside is made harmless here.
 */
export function transcript(events: readonly RunEvent[]): string {
  const state = foldEvents(events);
  const { plan } = state;
  if (plan === undefined) return '# Transcript\n\nThe run never started: its journal holds no plan.\n';
  const lines = [
    `# Transcript of run ${plain(plan.run)}`,
    '',
    `${plain(plan.runbook.title)}: ${ended(state, events)}.`,
    '',
    ...where(plan, state, events),
    ...parameters(plan),
    ...planned(plan),
    ...happened(events),
    ...atTheEnd(plan.run, state, events),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function ended(state: RunState, events: readonly RunEvent[]): string {
  const end = events.findLast((event) => event.type === 'run-ended');
  if (state.phase !== 'ended' || end === undefined) return '**not ended** when this was written';
  return `**${plain(end.says)}** (exit ${end.exit})`;
}

function where(plan: Plan, state: RunState, events: readonly RunEvent[]): string[] {
  const { identity, runbook } = plan;
  const start = events.find((event) => event.type === 'run-started');
  const took =
    state.startedAt === undefined || state.endedAt === undefined ? '' : formatDuration(state.endedAt - state.startedAt);
  return [
    '## Who, where, when',
    '',
    `- run: ${code(plan.run)}`,
    `- runbook: ${code(runbook.name)}, SHA-256 ${code(runbook.sha256)}`,
    `- Galera cluster: ${code(identity.cluster)}`,
    `- namespace: ${code(identity.namespace)}`,
    `- context: ${code(identity.context)}`,
    `- StatefulSet: ${code(identity.statefulset)}, UID ${code(identity.statefulSetUid)}`,
    `- Kubernetes cluster: UID of \`kube-system\` ${code(identity.kubeSystemUid)}`,
    ...(start === undefined ? [] : [`- by: ${code(start.by)}`, `- mode: ${start.mode}`]),
    `- program: ${code(plan.program)}`,
    ...(state.startedAt === undefined ? [] : [`- started: ${dateTimeText(state.startedAt)}`]),
    ...(state.endedAt === undefined ? [] : [`- ended: ${dateTimeText(state.endedAt)}, took ${took}`]),
    '',
  ];
}

function parameters(plan: Plan): string[] {
  const all = Object.entries(plan.parameters);
  const list = all.map(([name, value]) => `- ${code(name)}: ${code(JSON.stringify(value))}`);
  return ['## Parameters', '', ...(list.length === 0 ? ['None.'] : list), ''];
}

function atTheEnd(run: string, state: RunState, events: readonly RunEvent[]): string[] {
  const unpaid = owed(state);
  const left = state.closed ? [] : kept(state);
  const warned = events.filter((event) => event.type === 'warned').length;
  const failed = events.filter((event) => event.type === 'step-failed').length;
  const goesOn = openEndCommand(state);
  const debt = ({ id, step, says }: (typeof unpaid)[number]) => `  - ${code(id)} by ${code(step)}: ${plain(says)}`;
  return [
    '## At the end',
    '',
    `- outcome: ${ended(state, events)}`,
    `- warnings: ${warned}, failed steps: ${failed}`,
    ...(unpaid.length === 0 ? ['- owes: nothing'] : [`- **owes ${unpaid.length}**:`, ...unpaid.map(debt)]),
    ...(left.length === 0 ? [] : ['- kept until the run is closed:', ...left.map(debt)]),
    ...(state.closed ? [`- the run is closed: ${closedSays}`] : []),
    ...(left.length === 0 ? [] : [`- to free what is kept: ${code(closeCommand(run))}`]),
    ...(unpaid.length === 0 ? [] : [`- to pay: ${code(repairCommand(run))}`]),
    ...(unpaid.length > 0 || goesOn === undefined ? [] : [`- to go on: ${code(goesOn)}`]),
  ];
}
