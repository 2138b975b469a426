import { clockText } from '../base/time.ts';
import type { PlannedStep, RunEvent, StepHow } from '../engine/event.ts';
import { type StepState, stepState } from '../engine/state.ts';
import { stepNumber } from '../record/step-number.ts';
import { effectLines } from './effect-lines.ts';
import { apart, blank, type Line, line, span } from './line.ts';
import { lastOf, warningsOf } from './open-run.ts';
import { pulseLines } from './pulse-lines.ts';
import type { OpenRun } from './state.ts';
import { wrapped } from './text.ts';
import type { Role } from './theme.ts';
import { type Area, isTall, isWide, type View } from './view.ts';

const proseAtMost = 100;
const labelWidth = 12;

/**
 * What the step under the cursor is for, what it changes and how far it is. What it does now comes first; its text gives way, and
 * `~` stands where it does: `enter` has all of it.
 */
export function aboutStep(view: View, run: OpenRun, planned: PlannedStep, { width, height }: Area): readonly Line[] {
  const { step } = planned;
  const at = stepState(run.state, step.id);
  const now = at.is === 'started' && run.progress !== undefined ? pulseLines(view, run.progress, width) : [];
  const ended = endLines(run, planned, width);
  const doing = [...now, ...ended];
  const effects = isTall(view) || now.length === 0 ? effectPart(view, planned, width) : [];
  const room = Math.max(0, height - 1 - (doing.length === 0 ? 0 : doing.length + 1));
  const shownEffects = effects.slice(0, Math.max(0, Math.floor(room / 2) - 1));
  const left = room - (shownEffects.length === 0 ? 0 : shownEffects.length + 1);
  const prose = proseLines(step.prose, Math.min(proseAtMost, width - 2), at.is === 'failed');
  return [
    titleLine(view, run, planned, width),
    ...cutAt(prose, Math.max(0, isTall(view) ? left : Math.min(left, now.length > 0 ? 2 : 4))).map((text) =>
      line(` ${text}`),
    ),
    ...(shownEffects.length === 0 ? [] : [blank, ...marked(shownEffects, effects.length)]),
    ...(doing.length === 0 ? [] : [blank, ...doing]),
  ];
}

function titleLine(view: View, run: OpenRun, { step, danger }: PlannedStep, width: number): Line {
  if (!isWide(view)) return line(` ${step.title}`);
  const number = stepNumber(run.state.order, step.id)?.replace('/', ' of ');
  return apart(line(` ${step.title}`), line(`${danger}${number === undefined ? '' : `, ${number}`} `), width);
}

/** Paragraphs as text; what it says about failing is for when it fails. */
function proseLines(prose: string, width: number, failed: boolean): readonly string[] {
  const of = prose.split(/\n\s*\n/).filter((each) => failed || !/^\*It (fails|refuses)/.test(each.trim()));
  const paragraphs = of.map((each) =>
    each
      .replaceAll(/^>\s?(\[!\w+\])?/gm, '')
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/[*`]/g, '')
      .trim(),
  );
  return paragraphs.filter((each) => each !== '').flatMap((text) => wrapped(text, width));
}

function cutAt(texts: readonly string[], height: number): readonly string[] {
  if (texts.length <= height) return texts;
  return texts.slice(0, height).map((text, index) => (index === height - 1 ? `${text} ~` : text));
}

function effectPart({ state }: View, { effects }: PlannedStep, width: number): readonly Line[] {
  const wide = width > 70;
  const indent = wide ? labelWidth : 0;
  return effectLines(state, effects)
    .flatMap((text) => wrapped(text, width - 2 - indent))
    .map((text, index) => line(` ${wide ? (index === 0 ? 'effects' : '').padEnd(labelWidth) : ''}${text}`));
}

function marked(lines: readonly Line[], all: number): readonly Line[] {
  return lines.length === all
    ? lines
    : lines.map((each, index) => (index === lines.length - 1 ? line(...each, ' ~') : each));
}

function endLines({ state, events }: OpenRun, { step }: PlannedStep, width: number): readonly Line[] {
  const at = stepState(state, step.id);
  const warnings = warningsOf(events, step.id).flatMap((says) =>
    wrapped(`warned: ${says}`, width - 2).map((part) => line(' ', span(part, 'look'))),
  );
  return [...howItEnded(events, step.id, at, width), ...warnings];
}

function howItEnded(events: readonly RunEvent[], id: string, at: StepState, width: number): readonly Line[] {
  const lines = (text: string, role?: Role) => wrapped(text, width - 2).map((part) => line(' ', span(part, role)));
  if (at.is === 'skipped') {
    const reason = lastOf(events, 'step-skipped', (event) => event.step === id)?.reason;
    return lines(`skipped${reason === undefined ? '' : `: ${reason}`}`);
  }
  if (at.is === 'passed' && at.endedAt !== undefined) {
    const passed = lastOf(events, 'step-passed', (event) => event.step === id);
    const word = passed === undefined ? 'done' : howWords[passed.how];
    return lines(`${word} ${clockText(at.endedAt)}${passed === undefined ? '' : `: ${passed.says}`}`);
  }
  if (at.is !== 'failed') return [];
  return lines(`${at.inDoubt === true ? 'in doubt' : 'failed'}: ${at.failure?.found ?? ''}`, 'bad');
}

const howWords: { readonly [H in StepHow]: string } = {
  applied: 'done',
  held: 'holds',
  'already-so': 'was so already',
  settled: 'had happened, seen',
  attested: 'attested by a person',
};
