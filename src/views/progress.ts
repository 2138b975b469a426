import { formatBytes } from '../base/bytes.ts';
import { formatAge, formatDuration } from '../base/duration.ts';
import type { RunEvent } from '../engine/event.ts';
import { type RunState, stepState } from '../engine/state.ts';
import type { Pulse } from '../target/look.ts';
import { bytesOf } from './words.ts';

const every = 30_000;
const stalledAfter = 10_000;
/** A rate over less than this says nothing about the time left. */
const leastForRate = 10_000;

/** What one member has told last, and how fast it goes. */
export interface MemberProgress extends Pulse {
  readonly bytesPerSecond?: number;
  readonly leftMs?: number;
  readonly unchangedMs: number;
}

/** Progress of the running step as data: sums over its members. */
export interface Progress {
  readonly step: string;
  readonly phases: readonly string[];
  readonly bytes?: number;
  readonly total?: number;
  readonly bytesPerSecond?: number;
  readonly leftMs?: number;
  /** What it waits for. */
  readonly says?: string;
  readonly unchangedMs: number;
  readonly runningMs: number;
  /** Until the step's deadline, where it has one. */
  readonly deadlineMs?: number;
  readonly members: readonly MemberProgress[];
}

/** Bytes over the last half a minute. */
class Rate {
  #samples: { readonly at: number; readonly bytes: number }[] = [];

  add(at: number, bytes: number): void {
    this.#samples = [...this.#samples.filter((each) => at - each.at <= every), { at, bytes }];
  }

  /** What was counted before is about something else. */
  restart(): void {
    this.#samples = [];
  }

  /** Rate, and time left of `left` bytes; nothing as long as too little was seen. */
  of(left: number): { readonly bytesPerSecond?: number; readonly leftMs?: number } {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < leastForRate) return {};
    const bytesPerSecond = ((last.bytes - first.bytes) / (last.at - first.at)) * 1000;
    return bytesPerSecond <= 0 || left <= 0
      ? { bytesPerSecond }
      : { bytesPerSecond, leftMs: (left / bytesPerSecond) * 1000 };
  }
}

interface Watched {
  readonly pulse: Pulse;
  readonly rate: Rate;
  readonly changedAt: number;
}

/** Watches the pulses of one step after the other, and says when a line is due: every 30 s, and once when nothing changes any more. */
export class ProgressWatch {
  #step: string | undefined;
  #startedAt = 0;
  #timeoutMs: number | undefined;
  readonly #members = new Map<string, Watched>();
  readonly #rate = new Rate();
  #changedAt = 0;
  #toldAt = 0;
  #toldStall = false;

  event(event: RunEvent, state: RunState): void {
    if (event.type === 'step-started') {
      this.#step = event.step;
      this.#startedAt = stepState(state, event.step).startedAt ?? event.at;
      this.#timeoutMs = state.order.find(({ step }) => step.id === event.step)?.step.timeoutMs;
      this.#members.clear();
      this.#rate.restart();
      this.#changedAt = event.at;
      this.#toldAt = event.at;
      this.#toldStall = false;
    } else if ((event.type === 'step-passed' || event.type === 'step-failed') && event.step === this.#step)
      this.#step = undefined;
    else if (event.type === 'run-ended') this.#step = undefined;
  }

  pulse(pulse: Pulse, now: number): void {
    if (pulse.step !== this.#step) return;
    const key = pulse.member ?? '';
    const { pulse: before, rate = new Rate(), changedAt = now } = this.#members.get(key) ?? {};
    const same = before?.phase === pulse.phase && before.bytes === pulse.bytes && before.says === pulse.says;
    this.#members.set(key, { pulse, rate, changedAt: same ? changedAt : now });
    if (same) return;
    this.#changedAt = now;
    this.#toldStall = false;
    // A new phase counts from nothing again.
    if (before !== undefined && before.phase !== pulse.phase) {
      this.#rate.restart();
      rate.restart();
    }
    this.#rate.add(now, this.#sum('bytes'));
    if (pulse.bytes !== undefined) rate.add(now, pulse.bytes);
  }

  /** The running step as it is now; undefined between steps. */
  at(now: number): Progress | undefined {
    return this.#step === undefined ? undefined : this.#now(this.#step, now);
  }

  /** Something to say now, or not. */
  due(now: number): Progress | undefined {
    if (this.#step === undefined) return undefined;
    const stalls = !this.#toldStall && this.#members.size > 0 && now - this.#changedAt >= stalledAfter;
    if (!stalls && now - this.#toldAt < every) return undefined;
    this.#toldAt = now;
    this.#toldStall ||= stalls;
    return this.#now(this.#step, now);
  }

  #now(step: string, now: number): Progress {
    const members = [...this.#members.values()].map(
      ({ pulse, rate, changedAt }): MemberProgress => ({
        ...pulse,
        ...rate.of((pulse.total ?? 0) - (pulse.bytes ?? 0)),
        unchangedMs: now - changedAt,
      }),
    );
    const total = this.#sum('total');
    const bytes = this.#sum('bytes');
    const says = [...new Set(members.map((pulse) => pulse.says).filter((text) => text !== undefined))];
    return {
      step,
      phases: [...new Set(members.map(({ phase }) => phase))],
      ...(total > 0 ? { bytes: Math.min(bytes, total), total } : {}),
      ...this.#rate.of(total - bytes),
      ...(says.length === 0 ? {} : { says: says.join('; ') }),
      unchangedMs: now - this.#changedAt,
      runningMs: now - this.#startedAt,
      ...(this.#timeoutMs === undefined ? {} : { deadlineMs: this.#startedAt + this.#timeoutMs - now }),
      members,
    };
  }

  #sum(field: 'bytes' | 'total'): number {
    return [...this.#members.values()].reduce((sum, { pulse }) => sum + (pulse[field] ?? 0), 0);
  }
}

/** `49%, 14.1 of 28.4 GiB, 160 MiB/s, about 1:32 left, last change 1 s ago` */
export function progressSentence(progress: Progress): string {
  const { phases, bytes, total, bytesPerSecond, leftMs, says, unchangedMs, deadlineMs } = progress;
  const phase = phases.filter((name) => name !== progress.step).join(', ');
  const parts: string[] = [];
  if (bytes !== undefined && total !== undefined) {
    parts.push(`${phase === '' ? '' : `${phase} `}${Math.floor((bytes / total) * 100)}%`, bytesOf(bytes, total));
    if (bytesPerSecond !== undefined) parts.push(`${formatBytes(bytesPerSecond)}/s`);
    parts.push(leftMs === undefined ? 'time left not known yet' : `about ${formatDuration(leftMs, 'up')} left`);
  } else if (phase !== '') parts.push(phase);
  if (says !== undefined) parts.push(says);
  if (progress.members.length === 0) parts.push(`running for ${formatDuration(progress.runningMs)}`);
  const stalled = progress.members.length > 0 && unchangedMs >= stalledAfter;
  if (stalled) parts.unshift(`! no change for ${formatAge(unchangedMs)}`);
  else if (progress.members.length > 0) parts.push(`last change ${formatAge(unchangedMs)} ago`);
  if (deadlineMs !== undefined && (stalled || progress.members.length === 0))
    parts.push(`gives up in ${formatDuration(deadlineMs)}`);
  return parts.join(', ');
}
