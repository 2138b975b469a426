import { formatClock } from '../base/duration.ts';
import { clockText } from '../base/time.ts';
import { gateShown } from './gate-shown.ts';
import { bindingOf, type CommandName } from './key-table.ts';
import { fitLine, type Line, line } from './line.ts';
import type { Screen } from './screen.ts';
import { columnsOf } from './text.ts';
import type { Area, View } from './view.ts';
import { whyNot } from './works.ts';

const hintsAtMost = 6;

const fieldHints = {
  filter: ['enter keep it', 'esc clear it'],
  search: ['enter keep it', 'esc clear it'],
  parameter: ['enter plan with it', 'esc leave it as it was'],
} as const;

/** Row 23: what a key just did or why it did nothing, the filter being typed, what is waited for. */
export function messageRow(view: View, ofScreen: string | undefined): Line {
  const { ui, now, gate } = view.state;
  const note = gateShown(view.state)?.note;
  const waits = gate === undefined ? '' : '    ! gate waiting: esc, then answer';
  if (ui.leaving !== undefined && ui.message === undefined) return line(` ${ofScreen ?? ''}${waits}`);
  if (ui.typing !== undefined) {
    const what = ui.typing.for === 'parameter' ? `${ui.typing.name} = ` : '/';
    return line(` ${what}${ui.typing.text}_${waits}`);
  }
  if (ui.waiting !== undefined) return line(` ${ui.waiting.says} ${formatClock(now - ui.waiting.since)}`);
  if (note !== undefined) return line(` ${note}`);
  const { message } = ui;
  // What no key has said is less use than the screen's own line.
  if (message !== undefined && (ofScreen === undefined || message.lasting !== true))
    return line(` ${clockText(message.at)}  ${message.says}`);
  return ofScreen === undefined ? [] : line(` ${ofScreen}`);
}

/** Row 24: only keys that work now, `? help` and the way out last; the last cell of a screen is never written. */
export function keysRow(view: View, screen: Screen, area: Area): Line {
  const { typing } = view.state.ui;
  // The field has every printable key.
  if (typing !== undefined) return hintLine(fieldHints[typing.for], view.width);
  const own = screen.keys?.(view, area);
  if (own !== undefined) return own;
  const scrolls = screen.scrolls?.(view, area);
  const isWhole = scrolls !== undefined && scrolls.lines <= scrolls.page;
  const works = screen
    .hints(view)
    .filter((command) => whyNot(command, view) === undefined && !(isWhole && command === 'page-down'));
  const always = works.filter((command) => isAlways(command));
  const others = works.filter((command) => !isAlways(command)).slice(0, hintsAtMost - always.length);
  // The way out is never what has no room.
  while (others.length > 0 && columnsOf([...others, ...always].map(hint).join('   ')) + 1 >= view.width) others.pop();
  return hintLine([...others, ...always].map(hint), view.width);
}

function isAlways(command: CommandName): boolean {
  return command === 'help' || command === 'leave' || command === 'back';
}

function hint(command: CommandName): string {
  const { keys, word } = bindingOf(command);
  return `${keys[0]} ${word}`;
}

export function hintLine(hints: readonly string[], width: number): Line {
  let text = '';
  for (const each of hints) {
    const longer = `${text}${text === '' ? ' ' : '   '}${each}`;
    if (columnsOf(longer) < width) text = longer;
  }
  return fitLine(line(text), width - 1);
}
