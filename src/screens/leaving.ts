import { owed } from '../engine/state.ts';
import { type Line, line, span } from './line.ts';
import { rule } from './rule.ts';
import type { OpenRun, Ui } from './state.ts';
import { wrapped } from './text.ts';
import type { Area, View } from './view.ts';

export type LeavingLine = NonNullable<Ui['leaving']>['cursor'];

export const leavingOrder: readonly LeavingLine[] = ['stay', 'stop', 'leave'];

/** Why the work may not be left to itself; undefined when it may: it is Jobs beside a database that serves. */
export function whyNotLeave({ state }: OpenRun): string | undefined {
  if (state.crossed) return 'data is being replaced: somebody has to decide what comes next';
  const open = owed(state).find(({ id }) => id.startsWith('traffic') || id.startsWith('members'));
  return open === undefined ? undefined : `${open.says}: clients have no database until it is paid`;
}

/** `q` with a run under way: what that means, three lines, the cursor on the first. */
export function leavingLines(view: View, area: Area): readonly Line[] {
  const { run, ui } = view.state;
  if (run === undefined || ui.leaving === undefined) return [];
  const id = run.state.plan?.run;
  const not = whyNotLeave(run);
  const says: { readonly [L in LeavingLine]: string } = {
    stay: 'stay: nothing changes',
    stop: `stop at the next safe point: the step under way ends or is stopped, ${owed(run.state).length === 0 ? 'nothing is owed yet' : 'then what is owed is paid'}; exit 130`,
    leave:
      not === undefined
        ? `leave the work going: its Jobs go on in the cluster, nothing is paid; later: galera-runbook runs repair ${id}; exit 131 while something is owed`
        : `leave the work going: not now, ${not}`,
  };
  return [
    rule(`Leave? Run ${id} is under way`, '', area.width),
    ...leavingOrder.flatMap((each) =>
      wrapped(says[each], Math.min(100, area.width - 4)).map((text, index) => {
        const focused = ui.leaving?.cursor === each && index === 0;
        return line(
          focused ? span('>', 'cursor') : ' ',
          '  ',
          focused ? span(text, 'cursor') : each === 'leave' && not !== undefined ? span(text, 'off') : text,
        );
      }),
    ),
  ];
}
