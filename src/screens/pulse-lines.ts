import { formatBytes } from '../base/bytes.ts';
import { formatAge, formatClock, formatDuration } from '../base/duration.ts';
import { clockText } from '../base/time.ts';
import { reserveFloor } from '../galera/room.ts';
import { phasesAhead, phaseText } from '../views/phases.ts';
import type { MemberProgress, Progress } from '../views/progress.ts';
import { bytesOf } from '../views/words.ts';
import { fitLine, type Line, line, span } from './line.ts';
import { ordinalOf } from './output-pane.ts';
import { sign } from './signs.ts';
import { columnsOf, fitText, wrapped } from './text.ts';
import { isWide, type View } from './view.ts';

/** After so long without change it is said, and what ends the waiting. */
const stalledMs = 10_000;
const [narrowBar, wideBar] = [17, 21];
const share = 5;
const bytes = 10;
const rate = 12;
const time = 7;
const change = 10;

/** How far a step is: each member's bytes, rate and time left, then when it changed last and what stays free. */
export function pulseLines(view: View, progress: Progress, width: number): readonly Line[] {
  const { members } = progress;
  const counted = members.some(({ total }) => total !== undefined && total > 0);
  const names = Math.max(0, ...members.map((each) => columnsOf(nameOf(view, each))));
  const lines = counted
    ? [
        headLine(view, progress, names),
        ...members.flatMap((each) => memberLines(view, each, names, width)),
        ...(isWide(view) && members.length > 1 ? [allLine(progress, names)] : []),
        ...(isWide(view) ? phasesAhead(progress.phases).map((text) => line(` ${text}`)) : []),
      ]
    : phaseLines(view, members, width);
  return [...lines, changeLine(view, progress), ...(counted ? freeLines(view, width) : [])].map((each) =>
    fitLine(each, width),
  );
}

/** Where nothing is counted: who does what, or waits for what; members that say the same are one line. */
function phaseLines(view: View, members: readonly MemberProgress[], width: number): readonly Line[] {
  const groups = new Map<string, string[]>();
  for (const each of members) {
    const says = doingText(each);
    groups.set(
      says,
      [...(groups.get(says) ?? []), nameOf(view, each)].filter((name) => name !== ''),
    );
  }
  return [...groups].flatMap(([says, names]) =>
    wrapped(names.length === 0 ? says : `${names.join(', ')}  ${says}`, width - 1).map((text) => line(` ${text}`)),
  );
}

function doingText({ phase, says }: MemberProgress): string {
  return says === undefined ? phaseText(phase) : `${phaseText(phase)}: ${says}`;
}

/** In narrow places a member is its ordinal, in the order of the strip above. */
function nameOf(view: View, { member }: MemberProgress): string {
  return member === undefined ? '' : isWide(view) ? member : ordinalOf(member);
}

function headLine(view: View, { phases, members }: Progress, names: number): Line {
  const totals = [...new Set(members.flatMap(({ total }) => total ?? []))];
  const of = totals.length === 1 ? `of ${formatBytes(totals[0] ?? 0)}` : '';
  const room = 1 + (names > 0 ? names + 1 : 0) + barOf(view) + share + bytes;
  const phase = fitText(` ${phases.map(phaseText).join(', ')}`, room - of.length);
  const wide = isWide(view) ? 'change'.padStart(change - 2) : '';
  return line(`${phase}${of}${'rate'.padStart(rate)}${'left'.padStart(time)}${wide}`);
}

function barOf(view: View): number {
  return isWide(view) ? wideBar : narrowBar;
}

function memberLines(view: View, pulse: MemberProgress, names: number, width: number): readonly Line[] {
  const name = names === 0 ? ' ' : ` ${fitText(nameOf(view, pulse), names)} `;
  if (pulse.bytes === undefined || pulse.total === undefined || pulse.total === 0) {
    return wrapped(doingText(pulse), width - columnsOf(name)).map((text, index) =>
      line(index === 0 ? name : ' '.repeat(columnsOf(name)), text),
    );
  }
  const late = isWide(view) ? `${formatAge(pulse.unchangedMs)} ago`.padStart(change) : '';
  return [
    line(
      name,
      ...barSpans(pulse.bytes / pulse.total, barOf(view)),
      formatBytes(pulse.bytes, 'down').padStart(bytes),
      (pulse.bytesPerSecond === undefined ? '-' : `${formatBytes(pulse.bytesPerSecond)}/s`).padStart(rate),
      (pulse.leftMs === undefined ? '-' : formatClock(pulse.leftMs, 'up')).padStart(time),
      pulse.unchangedMs >= stalledMs ? span(late, 'look') : late,
    ),
  ];
}

function barSpans(part: number, room: number) {
  const done = Math.floor(Math.min(1, part) * room);
  return [
    span('━'.repeat(done), 'running'),
    span('─'.repeat(room - done), 'left'),
    span(`${Math.floor(Math.min(1, part) * 100)}%`.padStart(share)),
  ];
}

function allLine({ bytes: done, total, bytesPerSecond }: Progress, names: number): Line {
  if (done === undefined || total === undefined) return line('');
  const speed = bytesPerSecond === undefined ? '' : `, ${formatBytes(bytesPerSecond)}/s`;
  return line(` ${fitText('all', names)} `, ...barSpans(done / total, wideBar), `  ${bytesOf(done, total)}${speed}`);
}

function changeLine({ state }: View, progress: Progress): Line {
  const { unchangedMs, deadlineMs, leftMs, total, members, runningMs } = progress;
  // It tells nothing on its way: only its time is known.
  if (members.length === 0)
    return line(
      ` running for ${formatDuration(runningMs)}${deadlineMs === undefined ? '' : `, gives up in ${formatDuration(deadlineMs)}`}`,
    );
  if (unchangedMs >= stalledMs)
    return line(
      ' ',
      sign('look'),
      ` no change for ${formatAge(unchangedMs)}${deadlineMs === undefined ? '' : `, gives up in ${formatDuration(deadlineMs)}`}`,
    );
  const done =
    leftMs !== undefined
      ? `; this is done about ${clockText(state.now + leftMs)}`
      : total === undefined
        ? ''
        : '; time left not known yet';
  return line(` last change ${formatAge(unchangedMs)} ago${done}`);
}

/** What runners have measured last, with its age: it is no sample. */
function freeLines({ state, cluster }: View, width: number): readonly Line[] {
  const measured = cluster.members.flatMap(({ measured: of }) => of ?? []);
  const least = measured.toSorted((a, b) => a.freeBytes - b.freeBytes)[0];
  if (least === undefined) return [];
  const floor = formatBytes(reserveFloor(least.totalBytes, state.target?.reserveBytes), 'up');
  const free = ` least free ${formatBytes(least.freeBytes, 'down')}, ${formatAge(state.now - least.at)} ago`;
  const long = `${free}; stops by itself under ${floor}`;
  return [line(columnsOf(long) <= width ? long : `${free}; floor ${floor}`)];
}
