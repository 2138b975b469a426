import { formatDuration } from '../base/duration.ts';
import { clockText, dateTimeText } from '../base/time.ts';
import type { Plan, PlannedStep, RunEvent } from '../engine/event.ts';
import { kept, type RunState, stepState } from '../engine/state.ts';
import { closeCommand, endsWith, openEndCommand } from '../record/commands.ts';
import { closedSays } from '../record/sentences.ts';
import { leadingChecks, stepNumber } from '../record/step-number.ts';
import { leadingLine, plannedSentences, startSentence } from '../views/sentences.ts';
import { about, whereText } from '../views/words.ts';
import { ascii } from './ascii.ts';

const nameWidth = 13;
/** A step that is expected to be shorter says only that it passed. */
const announcedFrom = 10_000;

/** `05:00:03Z q8d4w6 planned       sentence` */
export function lineOf(at: number, run: string, name: string, sentence: string): string {
  return `${clockText(at)} ${run} ${name.padEnd(nameWidth)} ${ascii(sentence)}`.trimEnd();
}

type Of<T extends RunEvent['type']> = RunEvent & { readonly type: T };

/**
 * A run line by line (screens.md §4): ASCII, no colour, never rewritten. It remembers only what lines need: what was shown already, and the
 * leading checks, which become one line. Everything else comes with the state.
 */
export class PlainLines {
  readonly #transcript: (run: string) => string;
  #day: string | undefined;
  #shown = false;
  #startedBy: string | undefined;
  #leading: { readonly step: PlannedStep; readonly says: string }[] = [];
  #leadingAt = 0;
  #since = 0;
  #closing = false;

  constructor(options: { readonly transcript?: (run: string) => string } = {}) {
    this.#transcript = options.transcript ?? ((run) => `runs/${run}/transcript.md`);
  }

  /** Target and plan, before anybody is asked. */
  planned(plan: Plan, at: number): string[] {
    const says = plannedSentences(plan);
    return [
      ...this.#target(plan, plan.readAt),
      ...says.flatMap((sentence) => this.#line(at, plan.run, 'planned', sentence)),
    ];
  }

  /** `state` is the one after the event. */
  event(event: RunEvent, state: RunState): string[] {
    const { plan } = state;
    if (plan === undefined) return [];
    const lines: string[] = [];
    if (!this.#shown)
      lines.push(...(event.type === 'run-started' ? this.planned(plan, event.at) : this.#target(plan, event.at)));
    if (this.#waits(event, state)) {
      const all = this.#leading.length > 0 && this.#leading.length === leadingChecks(state.order).length;
      return all ? [...lines, ...this.#begun(event.at, plan), ...this.#checks(plan.run, state)] : lines;
    }
    const told = this.#told(event, state, plan.run);
    const [name] = told[0] ?? [];
    if (name !== undefined && name !== 'gate-answered') lines.push(...this.#begun(event.at, plan));
    if (name !== undefined) lines.push(...this.#checks(plan.run, state));
    lines.push(...told.flatMap(([each, sentence]) => this.#line(event.at, plan.run, each, sentence)));
    if (event.type === 'gate-answered' && event.step === 'plan') lines.push(...this.#begun(event.at, plan));
    const last = event.type === 'run-ended' ? openEndCommand(state) : undefined;
    if (last !== undefined) lines.push(last);
    return lines;
  }

  #line(at: number, run: string, name: string, sentence: string): string[] {
    const day = dateTimeText(at).slice(0, 10);
    const before = this.#day;
    this.#day = day;
    const line = lineOf(at, run, name, sentence);
    return before === undefined || before === day ? [line] : [lineOf(at, run, 'date', day), line];
  }

  #target(plan: Plan, at: number): string[] {
    if (this.#shown) return [];
    this.#shown = true;
    return this.#line(at, plan.run, 'target', `${dateTimeText(at).slice(0, 10)}, ${whereText(plan.identity)}`);
  }

  /** Said once the plan's gate is answered: until then nothing has begun. */
  #begun(at: number, { run, runbook }: Plan): string[] {
    const by = this.#startedBy;
    this.#startedBy = undefined;
    if (by === undefined) return [];
    return this.#line(at, run, 'run-started', `by ${by}, ${runbook.name} sha256 ${runbook.sha256.slice(0, 8)}`);
  }

  /** Takes up what is said later, together with others. */
  #waits(event: RunEvent, state: RunState): boolean {
    if (event.type === 'run-started') {
      this.#startedBy = event.by;
      this.#since = event.at;
      return true;
    }
    if (event.type !== 'step-passed' || event.how !== 'held') return false;
    const leading = leadingChecks(state.order);
    const step = leading.find((planned) => planned.step.id === event.step);
    if (step === undefined) return false;
    this.#leading.push({ step, says: event.says });
    this.#leadingAt = event.at;
    return true;
  }

  #checks(run: string, state: RunState): string[] {
    const held = this.#leading;
    this.#leading = [];
    return held.length === 0 ? [] : this.#line(this.#leadingAt, run, 'step-passed', leadingLine(state.order, held));
  }

  #told(event: RunEvent, state: RunState, run: string): (readonly [name: string, sentence: string])[] {
    const { type } = event;
    switch (type) {
      case 'run-started':
      case 'lease-released':
      case 'gate-opened':
      case 'effect-started':
        return [];
      case 'run-continued':
        this.#since = event.at;
        this.#closing = event.way === 'close';
        return [
          [
            type,
            `${event.way} by ${event.by}: ${event.steps
              .filter(({ skipped }) => skipped === undefined)
              .map(({ step }) => step.id)
              .join(', ')}`,
          ],
        ];
      case 'run-resumed':
        this.#since = event.at;
        return [[type, `by ${event.by}: its process had ended`]];
      case 'lease-taken':
        return event.from === undefined ? [] : [[type, `by ${event.holder}, taken over from ${event.from}`]];
      case 'stop-asked':
        return [
          [
            type,
            `by ${event.by}: ${event.hard ? 'stops waiting, pays nothing' : 'stops at the next safe point, then pays'}`,
          ],
        ];
      case 'gate-answered':
        if (event.step === 'plan' && event.answer === 'no') this.#startedBy = undefined;
        return [[type, answerSentence(event, state)]];
      case 'step-started':
        return startLines(event, state);
      case 'effect-ended':
        return event.result === 'done'
          ? []
          : [
              [
                type,
                `${numbered(state, event.step)}: ${event.effect}: ${event.result}${event.says === undefined ? '' : `, ${event.says}`}`,
              ],
            ];
      case 'step-passed':
        // The last of the leading checks: the line of all of them says it.
        return this.#leading.some(({ step }) => step.step.id === event.step)
          ? []
          : [[type, passedSentence(event, state)]];
      case 'step-failed':
        return failedLines(event, state);
      case 'step-skipped': {
        const planned = state.order.find(({ step }) => step.id === event.step);
        return planned?.skipped === undefined ? [[type, `${numbered(state, event.step)}: ${event.reason}`]] : [];
      }
      case 'warned':
        return [[type, `${numbered(state, event.step)}: ${event.says}`]];
      case 'debt-owed':
        return [[type, `${event.debt.id}: ${event.debt.says}; ${endsWith(run, event.debt.due)}`]];
      case 'debt-paid':
        return [[type, `${event.id}: ${event.says}`]];
      case 'way-out-started':
        return [[type, event.reason]];
      case 'run-ended':
        return [[type, this.#end(event, state, run)]];
      case 'run-closed':
        return this.#closing ? [[type, `by ${event.by}: ${closedSays}`]] : [];
    }
  }

  #end(event: Of<'run-ended'>, state: RunState, run: string): string {
    const left = kept(state).map(({ id }) => id);
    const parts = [
      `exit ${event.exit}`,
      event.says,
      `took ${formatDuration(event.at - this.#since)}`,
      event.unpaid.length === 0 ? 'owes nothing' : `owes ${event.unpaid.length}: ${event.unpaid.join(' and ')}`,
      ...(left.length === 0 ? [] : [`keeps ${left.join(' and ')} until ${closeCommand(run)}`]),
      `transcript ${this.#transcript(run)}`,
    ];
    return parts.join(', ');
  }
}

/** `5/8 copy`; a step that is left out has no number. */
export function numbered(state: RunState, id: string): string {
  const number = stepNumber(state.order, id);
  return number === undefined ? id : `${number} ${id}`;
}

function passedSentence(event: Of<'step-passed'>, state: RunState): string {
  const { startedAt } = stepState(state, event.step);
  const ms = startedAt === undefined ? 0 : event.at - startedAt;
  const how = {
    applied: '',
    held: '',
    'already-so': 'was so already: ',
    settled: 'settled, it had happened: ',
    attested: 'attested by a person: ',
  }[event.how];
  const took = ms < 1000 || /\btook \d/.test(event.says) ? '' : `, took ${formatDuration(ms)}`;
  return `${numbered(state, event.step)}: ${how}${event.says}${took}`;
}

function failedLines(event: Of<'step-failed'>, state: RunState): (readonly [string, string])[] {
  const { startedAt } = stepState(state, event.step);
  const { failure, inDoubt } = event;
  const verb = inDoubt
    ? 'in doubt, nobody knows whether it has happened'
    : failure.kind === 'failed'
      ? 'failed'
      : failure.kind;
  const ms = startedAt === undefined ? 0 : event.at - startedAt;
  const after = ms < 1000 ? '' : `, after ${about(ms)}`;
  const parts = (['expected', 'found', 'next'] as const).flatMap((part) =>
    failure[part].split(/\r?\n/).map((line) => [part, line] as const),
  );
  return [[event.type, `${numbered(state, event.step)}: ${verb}${after}`], ...parts];
}

function answerSentence(event: Of<'gate-answered'>, state: RunState): string {
  const danger = state.order.find(({ step }) => step.id === event.step)?.danger;
  const what = danger === undefined ? event.step : `${event.step}, ${danger}`;
  const answer = event.typed === undefined || event.answer === 'no' ? event.answer : `"${event.typed}"`;
  return `${what}: ${answer}, by ${event.by}`;
}

function startLines(event: Of<'step-started'>, state: RunState): (readonly [string, string])[] {
  const planned = state.order.find(({ step }) => step.id === event.step);
  if (planned === undefined) return [[event.type, event.step]];
  const { danger, ms, step } = planned;
  const loud = danger === 'disrupts' || danger === 'destroys' || event.attempt > 1;
  const long = ms === undefined ? step.kind !== 'check' : ms >= announcedFrom;
  return loud || long ? [[event.type, `${numbered(state, event.step)}, ${startSentence(planned, event.attempt)}`]] : [];
}
