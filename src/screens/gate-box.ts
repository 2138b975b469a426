import { formatClock } from '../base/duration.ts';
import { clockText } from '../base/time.ts';
import type { Gate, PlannedStep } from '../engine/event.ts';
import { stepNumber } from '../record/step-number.ts';
import { groupedByMember } from '../views/by-member.ts';
import { stateUuids } from './cluster-now.ts';
import { cutSince } from './cut-since.ts';
import { hintLine } from './frame-bottom.ts';
import { gateWay, type Named } from './gate-way.ts';
import { blank, fitLine, type Line, line, type Span, span } from './line.ts';
import type { GateView, ScreensState } from './state.ts';
import { columnsOf, fitText, wrapped } from './text.ts';
import type { Role } from './theme.ts';
import type { Area, View } from './view.ts';

const single = { top: ['┌', '─', '┐'], side: '│', bottom: ['└', '─', '┘'], role: 'gate' } as const;
const double = { top: ['╔', '═', '╗'], side: '║', bottom: ['╚', '═', '╝'], role: 'gate-typed' } as const;

const labelWidth = 13;

/** The only box there is. Single for yes or no, double where a word is typed; it cuts nothing: it wraps, and pages. */
export function gateBox(view: View, gate: GateView, area: Area): readonly Line[] {
  const { state } = view;
  const typed = gate.gate.need === 'typed';
  const box = typed ? double : single;
  const inside = area.width - 4;
  const edge = (text: string): Span => span(text, box.role);
  const framed = (of: Line) => line(edge(`${box.side} `), fitLine(of, inside), edge(` ${box.side}`));
  const { all, room, asks } = parts(view, gate, area);
  const top = pageTop(state, all.length, room);
  const shown = all.slice(top, top + room);
  const filler = Array.from({ length: room - shown.length }, () => blank);
  return [
    edgeLine(
      box.top,
      `Gate: ${titleOf(state, gate)}`,
      whereText(state, gate, all.length, top + room),
      area.width,
      box.role,
    ),
    ...[...shown, ...filler, ...asks].map(framed),
    edgeLine(
      box.bottom,
      `waiting for you ${formatClock(state.now - gate.openedAt)}`,
      downText(state),
      area.width,
      box.role,
    ),
  ];
}

/**
 * What is read, and what is asked below it. Blank lines go before anything is paged; of a gate that is paged the target stays in sight: its
 * name is what has to be typed.
 */
function parts(view: View, gate: GateView, area: Area) {
  const inside = { width: area.width - 4, height: area.height - 2 };
  const ask = askLines(gate);
  const tight = askLines(gate, inside.width).filter((each) => each !== blank);
  const fits = (lines: readonly Line[], asks: readonly Line[]) => lines.length + asks.length <= inside.height;
  const airy = gateLines(view, gate, inside.width, { spacer: [blank] });
  if (fits(airy, ask)) return { all: airy, asks: ask, room: inside.height - ask.length };
  const dense = gateLines(view, gate, inside.width);
  const least = fits(dense, tight) ? dense : gateLines(view, gate, inside.width, { least: true });
  const all = fits(least, tight) ? least : dense;
  const asks = fits(all, ask)
    ? ask
    : fits(all, tight)
      ? tight
      : [blank, ...clusterLines(view.state, inside.width), ...tight];
  return { all, asks, room: Math.max(1, inside.height - asks.length) };
}

/** How much there is to read, and how much of it is seen at once. */
export function gateScroll(view: View, gate: GateView, area: Area): { readonly lines: number; readonly page: number } {
  const { all, room } = parts(view, gate, area);
  return { lines: all.length, page: room };
}

export function gateEndShown(view: View, gate: GateView, area: Area): boolean {
  const { lines, page } = gateScroll(view, gate, area);
  return pageTop(view.state, lines, page) + page >= lines;
}

function pageTop({ ui }: ScreensState, lines: number, page: number): number {
  return Math.max(0, Math.min(ui.scroll.gate ?? 0, lines - page));
}

function titleOf(state: ScreensState, { gate, changed }: GateView): string {
  const planned = plannedOf(state, gate);
  const what = planned?.step.title.toLowerCase() ?? (gate.step === 'plan' ? takenUp(gate) : gate.step);
  return changed.length === 0
    ? what
    : `asked again: ${changed.length} ${changed.length === 1 ? 'value' : 'values'} changed`;
}

/** A plan is asked for in a box only where a run is taken up: its second line says which, and what for. */
function takenUp({ shows: [, what = 'this run'] }: Gate): string {
  return what.replace(/:.*$|, whose.*$/, '');
}

function whereText(state: ScreensState, view: GateView, lines: number, to: number): string {
  const { gate } = view;
  const run = state.run?.state;
  if (to < lines) return `to line ${to} of ${lines}, ${pageKey(view)} shows the next`;
  if (run === undefined) return '';
  const number = stepNumber(run.order, gate.step)?.replace('/', ' of ');
  return `run ${run.plan?.run}${number === undefined ? '' : `, step ${number}`}`;
}

/** A gate that is typed has the blank for itself, once its end was shown. */
function pageKey({ gate, endShown }: GateView): string {
  return gate.need === 'typed' && endShown ? 'pgdn' : 'space';
}

function edgeLine(
  [left, bar, right]: readonly [string, string, string],
  title: string,
  end: string,
  width: number,
  role: Role,
): Line {
  const last = end === '' ? '' : ` ${end} `;
  const first = `${left}${bar} ${fitText(title, Math.min(columnsOf(title), width - columnsOf(last) - 8))} `;
  const room = Math.max(0, width - columnsOf(first) - columnsOf(last) - 2);
  return [span(`${first}${bar.repeat(room)}${last}${bar}${right}`, role)];
}

/** Clients that this run has cut off wait with the operator. */
function downText({ run, now }: ScreensState): string {
  const since = cutSince(run);
  return since === undefined ? '' : `clients without a database ${formatClock(now - since)}`;
}

function plannedOf({ run }: ScreensState, gate: Gate): PlannedStep | undefined {
  return run?.state.order.find(({ step }) => step.id === gate.step);
}

/** What is asked: the gate's own words, none left out, with the labels that its lines can be given. */
function gateLines(
  { state, cluster }: View,
  { gate, changed }: GateView,
  width: number,
  { spacer = [], least = false }: { readonly spacer?: readonly Line[]; readonly least?: boolean } = {},
): readonly Line[] {
  const { target, run } = state;
  const planned = plannedOf(state, gate);
  const [where = '', ...says] = gate.shows;
  const uuids = stateUuids(cluster).map((uuid) => uuid.slice(0, 8));
  const head =
    gate.danger === 'destroys'
      ? span('!! DESTROYS', 'destroys')
      : gate.danger === 'disrupts'
        ? span('! DISRUPTS', 'look')
        : span(gate.danger.toUpperCase(), 'strong');
  const { lost, way, proven, covers } = gateWay(run?.state, gate, planned);
  const own = `${planned?.step.id}: ${planned?.step.title} (${gate.danger})`;
  const texts = says.filter((text) => text !== own && !covers(text));
  const first = texts.find((text) => !isNo(text) && !gate.changes.includes(text)) ?? planned?.step.title ?? where;
  const rest = texts.filter((text) => text !== first);
  const isLoss = (text: string) => gate.loses.includes(text);
  const named = (of: readonly Named[]) => of.flatMap(([name, text]) => labelled(name, text, width));
  return [
    ...labelled(head, first, width),
    ...spacer,
    ...clusterLines(state, width),
    ...labelled(
      'identity',
      `kube-system ${target?.kubeSystemUid.slice(0, 8)}    StatefulSet ${target?.statefulSetUid.slice(0, 8)}${uuids.length === 0 ? '' : `    state ${uuids.join(' and ')}`}`,
      width,
    ),
    // Loss first, then what is done, and on which way back: the rest may be on another page.
    ...rest.filter(isLoss).flatMap((text, index) => labelled(index === 0 ? 'lost' : '', text, width)),
    ...named(lost),
    ...groupedByMember(gate.changes, target?.statefulset ?? '').flatMap((text, index) =>
      labelled(index === 0 ? 'changes' : '', text, width),
    ),
    ...named(least ? way : [...proven, ...way]),
    ...owesLines(state, planned, width),
    ...texts.filter(isNo).flatMap((text) => labelled('if no', text.slice(noText.length), width)),
    ...rest
      .filter((text) => !isNo(text) && !isLoss(text) && !gate.changes.includes(text))
      .flatMap((text, index) => labelled(index === 0 ? 'says' : '', text, width)),
    ...changed.flatMap((text) => labelled(span('! changed', 'look'), text, width)),
  ];
}

function clusterLines({ target }: ScreensState, width: number): Line[] {
  return labelled('cluster', `${target?.namespace}/${target?.cluster}    context ${target?.context}`, width);
}

const noText = 'if no: ';

function isNo(text: string): boolean {
  return text.startsWith(noText);
}

function owesLines({ run }: ScreensState, planned: PlannedStep | undefined, width: number): Line[] {
  const debts = (planned?.debts ?? []).filter(({ due }) => due === 'end');
  return debts.flatMap((debt) => {
    const payer = run?.state.order.find(({ step }) => step.pays.includes(planned?.step.id ?? ''));
    return labelled('owes', `${debt.says}${payer === undefined ? '' : `, paid by ${payer.step.id}`}`, width);
  });
}

function labelled(label: string | Span, text: string, width: number): Line[] {
  const head = typeof label === 'string' ? span(label) : label;
  const indent = Math.max(labelWidth, columnsOf(head.text) + 2);
  return wrapped(text, width - indent).map((part, index) =>
    index === 0 ? line(head, ' '.repeat(indent - columnsOf(head.text)), part) : line(' '.repeat(indent), part),
  );
}

/** `tight`: in one line of so many columns, where it fits. */
function askLines(view: GateView, tight?: number): readonly Line[] {
  const { gate } = view;
  const what = gate.step === 'plan' ? `Do this: ${takenUp(gate)}?` : `Go on with ${gate.step}?`;
  const short = '   y yes   n no, as esc and ctrl-c; enter does nothing';
  if (gate.need === 'yes-no' && tight !== undefined && columnsOf(what + short) <= tight)
    return [line(span(what, 'strong'), short)];
  if (gate.need === 'yes-no')
    return [
      blank,
      line(span(what, 'strong')),
      line('    y  yes              n  no, as do esc and ctrl-c; enter does nothing'),
    ];
  const word = gate.word ?? '';
  return [
    blank,
    line(
      span(
        `Type ${wantsName(gate) ? 'namespace/name of the cluster' : 'the id of the run'}, then enter. esc or ctrl-c: no.`,
        'strong',
      ),
    ),
    blank,
    line(`> ${view.typed}_`, ...typedVerdict(view.typed, word)),
  ];
}

function typedVerdict(typed: string, word: string): Span[] {
  if (typed === '') return [];
  if (typed === word) return [span('       '), span('✓', 'good'), span(' right: enter answers')];
  const wrong = [...typed].findIndex((letter, index) => letter !== [...word][index]);
  if (wrong === -1) return [];
  return [span('       '), span('✗', 'bad'), span(` wrong from letter ${wrong + 1} on; enter does nothing`)];
}

/** The cluster's name, or else the id of a run. */
function wantsName({ word = '' }: Gate): boolean {
  return word.includes('/');
}

/** What is typed, and where it is read. */
function wanted(gate: Gate): string {
  return wantsName(gate)
    ? 'name is not taken: type it as the line `cluster` shows it'
    : 'id is not taken: type it as the title shows it';
}

/** Row 23 of a gate. */
export function gateMessage({ gate, live, liveSince, note, endShown }: GateView): string {
  if (note !== undefined) return note;
  if (!endShown) return 'keys answer once its last line was shown: space shows the next';
  if (!live) return 'early, held and pasted keys do not answer; wait';
  return gate.need === 'typed'
    ? `a pasted ${wanted(gate)}`
    : `early, held and pasted keys do not answer; the keys are live since ${clockText(liveSince ?? 0)}`;
}

/** Row 24 of a gate that has so many lines, and shows so many at once. */
export function gateKeys(
  { gate, live, endShown }: GateView,
  width: number,
  { lines, page }: { readonly lines: number; readonly page: number },
): Line {
  if (!endShown) return hintLine(['space next page', 'esc no'], width);
  const paged = lines > page ? ['pgup pgdn page'] : [];
  if (!live) return hintLine(['wait', ...paged, 'esc no'], width);
  return gate.need === 'typed'
    ? hintLine([wantsName(gate) ? 'type the name' : 'type the id', 'enter when it is right', ...paged, 'esc no'], width)
    : hintLine(['y yes', 'n no', ...paged], width);
}
