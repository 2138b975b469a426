import { formatDuration } from '../base/duration.ts';
import { dateTimeText } from '../base/time.ts';
import { closeCommand, repairCommand } from '../record/commands.ts';
import { type Line, line } from './line.ts';
import { isEndUnknown, isRunning } from './lists.ts';
import { valueLines } from './value-line.ts';
import type { View } from './view.ts';

/** What a run was, what it owes and keeps, and the command that ends each, on a line of its own so that it can be pasted. */
export function runDetails({ state }: View, id: string, width: number): readonly Line[] {
  const run = state.listing.last?.value.runs.find((each) => each.run === id);
  if (run === undefined) return [];
  const value = (name: string, text: string) => valueLines(name, text, width);
  const end = run.exit === undefined ? run.outcome : `exit ${run.exit}`;
  return [
    ...value('runbook', run.runbook),
    ...value('by', run.by),
    ...value('started', dateTimeText(run.startedAt)),
    ...(run.endedAt === undefined
      ? value(
          'ended',
          isRunning(run, state)
            ? 'it runs'
            : isEndUnknown(run, state)
              ? 'not known: the lease could not be read'
              : 'cut off: c goes on where its journal ends',
        )
      : [
          ...value('took', formatDuration(run.endedAt - run.startedAt)),
          ...value('ended', run.says === undefined ? end : `${end}, ${run.says}`),
        ]),
    ...run.unpaid.flatMap((debt) => [...value('owes', debt.says), line(`   ${repairCommand(id)}`)]),
    ...run.kept.flatMap((debt) => [...value('keeps', debt.says), line(`   ${closeCommand(id)}`)]),
  ];
}
