import { implies } from './conditions.ts';
import type { Draft, DraftBook } from './draft.ts';
import { quote, type Report, suggest } from './problem.ts';

/** Rules 6, 7 and 8: what `until`, `pays` and `undoes` name, and that every debt has a payer. */
export function checkDebts(book: DraftBook, report: Report): void {
  for (const draft of book.drafts) {
    checkUntil(draft, book, report);
    checkUndoes(draft, book, report);
    for (const { value, at } of draft.body?.pays ?? []) checkPays(draft, value, at, book, report);
  }
  // A payer may hide in what could not be read.
  if (book.drafts.some(({ body }) => !body || body.broken.has('pays') || body.broken.has('when'))) return;
  for (const draft of book.drafts) if (draft.facts?.owes) checkPaid(draft, book, report);
}

function named(id: string, at: number, key: string, book: DraftBook, report: Report): Draft | undefined {
  const found = book.byId.get(id);
  if (!found) report.add(at, `${quote(key)} names no step: ${quote(id)}`, suggest(id, book.byId.keys()));
  return found;
}

function checkUntil(draft: Draft, book: DraftBook, report: Report): void {
  const { until, kind } = draft.body ?? {};
  const step = until && kind === 'check' ? named(until.value, until.at, 'until', book, report) : undefined;
  if (!until || !step) return;
  if (step.part !== draft.part)
    report.add(
      until.at,
      `${quote(until.value)} is not in the same part of the runbook`,
      'the rollback runs only when it is chosen',
    );
  else if (step.index <= draft.index)
    report.add(
      until.at,
      `${quote(until.value)} does not stand later`,
      '`until` names the later step from whose start on the check is not asked again',
    );
}

function checkUndoes(draft: Draft, book: DraftBook, report: Report): void {
  const { undoes, kind } = draft.body ?? {};
  if (!undoes || kind !== 'do') return;
  const { value: id, at } = undoes;
  if (draft.part !== 'rollback') {
    report.add(at, '`undoes` goes with steps of the section `rollback`', 'move the step there');
    return;
  }
  const step = named(id, at, 'undoes', book, report);
  if (step?.part === 'rollback')
    report.add(at, `${quote(id)} is a step of the rollback itself`, 'name one from before it');
  else if (step?.body && step.body.kind !== 'do')
    report.add(at, `${quote(id)} changes nothing that could be undone`, 'name a `do` step');
}

function checkPays(draft: Draft, id: string, at: number, book: DraftBook, report: Report): void {
  if (draft.body?.kind !== 'do') return;
  const step = named(id, at, 'pays', book, report);
  if (!step) return;
  if (step === draft) report.add(at, `the step ${quote(id)} cannot pay itself`, 'name the step whose debt it ends');
  else if (step.facts && !step.facts.owes)
    report.add(at, `the step ${quote(id)} owes nothing: ${quote(step.facts.name)} leaves no debt`, owing(book));
  else if (draft.part === 'forward' && step.part === 'rollback')
    report.add(at, `${quote(id)} runs only in the rollback`, 'pay it there');
  else if (draft.part === 'forward' && step.index > draft.index)
    report.add(at, `${quote(id)} stands later: there is nothing to pay yet`, 'move this step below it');
}

function owing(book: DraftBook): string | undefined {
  const ids = book.drafts.filter(({ facts }) => facts?.owes).map(({ id }) => quote(id));
  return ids.length > 0 ? `these owe: ${ids.join(', ')}` : 'delete it';
}

/** The payer of the same part; the rollback may pay again what lies before it, but nobody may ever choose it. */
function checkPaid(draft: Draft, book: DraftBook, report: Report): void {
  const { action, when = [] } = draft.body ?? {};
  const payers = book.drafts.filter(
    ({ part, body }) => part === draft.part && body?.pays.some(({ value }) => value === draft.id),
  );
  const at = action?.at ?? draft.section.at;
  const where = draft.part === 'forward' ? 'below it' : 'in the rollback';
  if (payers.length === 0)
    report.add(
      at,
      `nobody pays what ${quote(draft.id)} owes`,
      `add a step ${where} with ${quote(`pays: ${draft.id}`)}`,
    );
  else if (!payers.some(({ body }) => implies(when, body?.when ?? [])))
    report.add(
      at,
      `nobody pays what ${quote(draft.id)} owes when the condition of ${quote(payers[0]?.id ?? '')} does not hold`,
      'give both steps the same `when`',
    );
}
