import type { Json } from '../base/json.ts';
import type { Parameter } from '../runbook/runbook.ts';
import type { SessionContext } from './context.ts';
import type { RunbookRow } from './operations.ts';
import { reading } from './reading.ts';
import type { Editing } from './state.ts';

/** Opens the parameters of what was planned last, also when it was refused. */
export function editParameters({ session, writer, store }: SessionContext): void {
  const { wish } = session;
  if (wish === undefined) return;
  const show = (runbooks: readonly RunbookRow[]) => {
    const row = runbooks.find(({ runbook }) => runbook.name === wish.runbook);
    const planned = store.getState().review?.proposal.plan.parameters ?? {};
    const rows = Object.entries(row?.runbook.parameters ?? {}).map(([name, of]): Editing['rows'][number] => {
      const value = wish.parameters[name] ?? textOf(planned[name] ?? of.default);
      return { name, ...(value === undefined ? {} : { value }), mayBe: mayBe(of), says: of.description };
    });
    writer.editing({ runbook: wish.runbook, rows });
    writer.show('parameters');
  };
  reading({ session, writer }, (operations) => operations.runbooks(), show);
}

/** Opens the text field of one. */
export function editValue({ writer, store }: SessionContext, name: string): void {
  const row = store.getState().ui.editing?.rows.find((each) => each.name === name);
  if (row !== undefined) writer.typing({ for: 'parameter', name, text: row.value ?? '' });
}

/** What was typed is planned with, beside what was given before. */
export function takeValue({ session, store }: SessionContext, name: string, text: string): void {
  const { editing } = store.getState().ui;
  const { wish } = session;
  if (editing === undefined || wish === undefined) return;
  void session.begin({ runbook: wish.runbook, parameters: { ...wish.parameters, [name]: text } });
}

function mayBe({ type, choices }: Parameter): string {
  if (type === 'boolean') return 'true or false';
  if (type === 'backup') return 'latest, or the id of a backup';
  return choices === undefined ? type : choices.join(', ');
}

/** As it is typed; a backup as planned is an object with its id. */
function textOf(value: Json | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string') return value.id;
  return JSON.stringify(value);
}
