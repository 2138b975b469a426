import { formatDuration } from '../base/duration.ts';
import type { JsonObject } from '../base/json.ts';
import { dateTimeText } from '../base/time.ts';
import { applyEvent } from '../engine/apply-event.ts';
import type { Gate, RunEvent } from '../engine/event.ts';
import { newRun, type RunState, stepState } from '../engine/state.ts';
import { endsWith } from './commands.ts';
import { block, code, plain } from './markdown.ts';
import { stepNumber } from './step-number.ts';
import { plannedStep } from './transcript-plan.ts';

/** Every event in its order, under the heading of its step. */
export function happened(events: readonly RunEvent[]): string[] {
  const lines = ['## What happened', ''];
  const effects = new Map<string, number>();
  let state: RunState = newRun;
  let section = '';
  for (const event of events) {
    const before = state;
    state = applyEvent(state, event);
    const own = sectionOf(event) ?? section;
    if (own !== section) lines.push(...(section === '' ? [] : ['']), `### ${heading(own, state)}`, '');
    section = own;
    lines.push(
      ...told(event, before, state, effects).map((line, index) =>
        index === 0 ? `- ${dateTimeText(event.at)} ${line}` : line,
      ),
    );
  }
  return [...lines, ''];
}

const theRun = '\u0000run';

/** Undefined: it belongs to whatever came before. */
function sectionOf(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'run-started':
    case 'run-continued':
    case 'run-resumed':
    case 'way-out-started':
    case 'run-ended':
    case 'run-closed':
      return theRun;
    case 'gate-opened':
      return event.gate.step;
    case 'debt-owed':
      return event.debt.step;
    default:
      return 'step' in event ? event.step : undefined;
  }
}

function heading(section: string, state: RunState): string {
  if (section === theRun) return 'The run';
  if (section === 'plan') return 'The plan';
  if (section === 'lease') return 'The lease';
  const title = state.order.find((planned) => planned.step.id === section)?.step.title;
  const number = stepNumber(state.order, section);
  return `${number === undefined ? 'Step' : `Step ${number}`} ${code(section)}${title === undefined ? '' : `: ${plain(title)}`}`;
}

/** The first line follows the event's time; the others are indented already. */
function told(event: RunEvent, before: RunState, state: RunState, effects: Map<string, number>): string[] {
  const run = state.plan?.run ?? '';
  switch (event.type) {
    case 'run-started':
      return [`run started by ${code(event.by)}, mode ${event.mode}`];
    case 'run-continued':
      return [
        `taken up again (${event.way}) by ${code(event.by)}, mode ${event.mode}, with ${code(event.program)}; its steps:`,
        ...event.steps.flatMap((step) => plannedStep(event.steps, step)).map((line) => `  ${line}`),
      ];
    case 'run-resumed':
      return [
        `**resumed** by ${code(event.by)}, mode ${event.mode}, with ${code(event.program)}: its process had ended`,
      ];
    case 'lease-taken':
      return [
        `lease taken by ${code(event.holder)}${event.from === undefined ? '' : `, **taken over** from ${code(event.from)}`}`,
      ];
    case 'lease-released':
      return [`lease given back by ${code(event.holder)}`];
    case 'stop-asked':
      return [`**stop asked** by ${code(event.by)}${event.hard ? ': stop waiting, pay nothing' : ''}`];
    case 'gate-opened':
      return gate(event.gate);
    case 'gate-answered': {
      const typed = event.typed === undefined ? '' : `, typed ${code(event.typed)}`;
      return [
        `gate answered **${event.answer}** by ${code(event.by)}${typed}, for what has the SHA-256 ${code(event.sha256)}`,
      ];
    }
    case 'step-started': {
      const pays =
        event.pays === undefined || event.pays.length === 0 ? '' : `, pays ${event.pays.map(code).join(', ')}`;
      return [
        `started, attempt ${event.attempt}${pays}`,
        ...values('input', event.input),
        ...values('memo', event.memo),
      ];
    }
    case 'effect-started':
      effects.set(event.effect, event.at);
      return [`effect begun: ${plain(event.effect)}`];
    case 'effect-ended': {
      const since = effects.get(event.effect);
      const took = since === undefined ? '' : ` after ${formatDuration(event.at - since)}`;
      const result = event.result === 'done' ? 'done' : `**${event.result}**`;
      return [
        `effect ${result}${took}: ${plain(event.effect)}${event.says === undefined ? '' : `: ${plain(event.says)}`}`,
      ];
    }
    case 'step-passed': {
      const how = {
        applied: 'done',
        'already-so': 'was so already',
        settled: 'settled: it had happened',
        attested: 'attested by a person',
        held: 'holds',
      }[event.how];
      return [
        `**${how}**${took(event, before)}: ${plain(event.says)}`,
        ...values('facts', event.facts),
        ...values('output', event.output),
      ];
    }
    case 'step-failed':
      return [
        `**${event.inDoubt ? 'in doubt' : 'failed'}** (${event.failure.kind})${took(event, before)}`,
        ...(['expected', 'found', 'next'] as const).flatMap((part) => sentence(part, event.failure[part])),
      ];
    case 'step-skipped':
      return [`skipped: ${plain(event.reason)}`];
    case 'warned':
      return [`**warning**: ${plain(event.says)}`];
    case 'debt-owed':
      return [`owes ${code(event.debt.id)}: ${plain(event.debt.says)}; ${commandOf(run, event.debt.due)}`];
    case 'debt-paid':
      return [`paid ${code(event.id)}: ${plain(event.says)}`];
    case 'way-out-started':
      return [`**way out**: ${plain(event.reason)}`];
    case 'run-ended':
      return [
        `run ended, exit ${event.exit}: ${plain(event.says)}${event.unpaid.length === 0 ? '' : `; **unpaid** ${event.unpaid.map(code).join(', ')}`}`,
      ];
    case 'run-closed':
      return [`run closed by ${code(event.by)}`];
  }
}

function gate({ need, danger, shows, sha256, word, personal }: Gate): string[] {
  const wants = need === 'typed' ? `asks for ${code(word ?? '')} to be typed` : 'asks yes or no';
  const who = personal ? ', of a person only' : '';
  return [
    `gate opened (${danger}), ${wants}${who}; SHA-256 ${code(sha256)} of what it shows:`,
    '',
    ...block(shows, '  '),
    '',
  ];
}

/** Output of a program may stand in it: such text keeps its lines. */
function sentence(part: string, text: string): string[] {
  return text.includes('\n') ? [`  - ${part}:`, '', ...block([text], '    '), ''] : [`  - ${part}: ${plain(text)}`];
}

function commandOf(run: string, due: 'end' | 'close'): string {
  const [what = '', command = ''] = endsWith(run, due).split(': ');
  return `${what}: ${code(command)}`;
}

function took(event: RunEvent & { readonly step: string }, before: RunState): string {
  const { is, startedAt } = stepState(before, event.step);
  const ms = is === 'started' && startedAt !== undefined ? event.at - startedAt : 0;
  return ms >= 1000 ? ` after ${formatDuration(ms)}` : '';
}

const longest = 4000;

function values(name: string, object: JsonObject): string[] {
  if (Object.keys(object).length === 0) return [];
  return [
    `  - ${name}:`,
    ...Object.entries(object).map(([key, value]) => {
      const text = JSON.stringify(value);
      const cut = text.length > longest ? ` and ${text.length - longest} characters more, whole in the journal` : '';
      return `    - ${code(key)}: ${code(text.slice(0, longest))}${cut}`;
    }),
  ];
}
