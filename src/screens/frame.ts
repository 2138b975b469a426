import { hintLine, keysRow, messageRow } from './frame-bottom.ts';
import { membersBlock } from './frame-members.ts';
import { banner, owes, verdict } from './frame-top.ts';
import { gateBox, gateEndShown, gateKeys, gateMessage, gateScroll } from './gate-box.ts';
import { gateShown, isTooSmall } from './gate-shown.ts';
import { leavingLines } from './leaving.ts';
import { blank, fitLine, type Line, line } from './line.ts';
import { cursorIn, type Screen } from './screen.ts';
import { screens } from './screens.ts';
import type { GateView, ScreensState } from './state.ts';
import { tooSmall } from './too-small.ts';
import { type Area, isTall, type View, viewOf } from './view.ts';

/** A whole screen: exactly as many lines as the terminal has rows. */
export function frame(state: ScreensState): readonly Line[] {
  const view = viewOf(state);
  const lines = isTooSmall(state) ? tooSmall(view) : whole(view);
  return filled(lines, view.rows).map((each, index) =>
    // The last cell of a screen is never written: some terminals scroll then.
    fitLine(each, index === view.rows - 1 ? view.width - 1 : view.width),
  );
}

export function screenOf(state: ScreensState): Screen {
  return screens[state.ui.screen];
}

function whole(view: View): readonly Line[] {
  const screen = screenOf(view.state);
  const top = topOf(view, screen);
  const area = bodyArea(view, top.length);
  if (view.state.ui.leaving !== undefined)
    return [
      ...top,
      ...filled(leavingLines(view, area), area.height),
      messageRow(view, 'enter takes the line under the cursor'),
      hintLine(['j k move', 'enter take it', 'esc stay'], view.width),
    ];
  const asked = gateOfRun(view);
  if (asked !== undefined)
    return [
      ...top,
      ...filled(gateBox(view, asked, area), area.height),
      line(` ${gateMessage(asked)}`),
      gateKeys(asked, view.width, gateScroll(view, asked, area)),
    ];
  const body = filled(screen.body(view, area), area.height);
  return [...top, ...body, messageRow(view, screen.line?.(view)), keysRow(view, screen, area)];
}

function topOf(view: View, screen: Screen): readonly Line[] {
  const withMembers = screen.members === 'always' || isTall(view) || gateOfRun(view) !== undefined;
  const cursor = cursorIn(view, screen.blocks(view), 'members');
  return [banner(view), verdict(view), owes(view), ...(withMembers ? membersBlock(view, cursor) : [])];
}

function bodyArea(view: View, top: number): Area {
  return { width: view.width, height: Math.max(0, view.rows - top - 2) };
}

/** What the body of the screen that is shown has: paging needs to know it. */
export function areaNow(view: View): Area {
  const screen = screenOf(view.state);
  return bodyArea(view, topOf(view, screen).length);
}

/** A gate of the run takes the place of any screen. */
function gateOfRun({ state }: View): GateView | undefined {
  return state.gate === undefined ? undefined : gateShown(state);
}

/** The asking of the gate in a frame of this state, and whether its last line is in it. */
export function gateInFrame(state: ScreensState): { readonly asking: number; readonly endShown: boolean } | undefined {
  const gate = gateShown(state);
  if (gate === undefined) return undefined;
  const view = viewOf(state);
  const area = areaNow(view);
  if (state.gate !== undefined)
    return { asking: gate.asking, endShown: gate.endShown || gateEndShown(view, gate, area) };
  const { lines, page } = screens.plan.scrolls?.(view, area) ?? { lines: 0, page: 0 };
  const refused = (state.review?.proposal.refusals.length ?? 0) > 0;
  const top = Math.max(0, Math.min(state.ui.scroll.plan ?? 0, lines - page));
  return { asking: gate.asking, endShown: !refused && (gate.endShown || top + page >= lines) };
}

/** The text that is paged now: a gate's, before its screen's. */
export function scrollNow(
  view: View,
): { readonly name: string; readonly lines: number; readonly page: number } | undefined {
  const area = areaNow(view);
  const gate = gateOfRun(view);
  if (gate !== undefined) return { name: 'gate', ...gateScroll(view, gate, area) };
  const screen = screenOf(view.state);
  const scrolls = screen.scrolls?.(view, area);
  return scrolls === undefined ? undefined : { name: screen.name, ...scrolls };
}

function filled(lines: readonly Line[], height: number): readonly Line[] {
  return Array.from({ length: height }, (_, index) => lines[index] ?? blank);
}
