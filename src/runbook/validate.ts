import { checkDebts } from './debts.ts';
import type { Draft, DraftBook } from './draft.ts';
import { checkCondition, checkReference } from './names.ts';
import { quote, type Report, suggest } from './problem.ts';
import { isReference } from './reference.ts';
import type { ActionFacts, StepKind } from './runbook.ts';

const reserved = ['target', 'run', 'plan', 'rollback', 'close'];

/** Every rule that needs more than one step, or the facts about actions. */
export function validate(book: DraftBook, actions: ReadonlyMap<string, ActionFacts>, report: Report): void {
  for (const draft of book.drafts) {
    checkId(draft, book, report);
    checkAction(draft, actions, report);
    if (draft.body && draft.facts) checkInput(draft, draft.facts, report);
    if (draft.facts) checkDanger(draft, draft.facts, report);
    for (const { value, at } of draft.body?.with ?? [])
      if (isReference(value)) checkReference(value, at, draft, book, report);
    for (const condition of draft.body?.when ?? []) checkCondition(condition, book, report);
  }
  checkDebts(book, report);
}

function checkId({ id, section }: Draft, book: DraftBook, report: Report): void {
  const { idAt } = section;
  if (!/^[a-z][a-z0-9-]*$/.test(id) || id.length > 40)
    report.add(
      idAt,
      `the id ${quote(id)} is unfit`,
      'an id has small letters, digits and hyphens, begins with a letter, at most 40',
    );
  if (reserved.includes(id)) report.add(idAt, `the id ${quote(id)} is reserved`, 'take another one');
  if (book.frontMatter.parameters.has(id))
    report.add(idAt, `${quote(id)} is a parameter already`, 'steps and parameters share one set of names');
  const first = book.byId.get(id);
  if (first && first.section !== section)
    report.add(idAt, `the id ${quote(id)} is there twice`, `the first is in line ${report.lineAt(first.section.idAt)}`);
  if (section.title === '') report.add(section.at, 'the step has no title', 'say before the id what the step does');
}

function checkAction({ body, facts }: Draft, actions: ReadonlyMap<string, ActionFacts>, report: Report): void {
  if (!body?.action) return;
  const { value, at } = body.action;
  const fitting: readonly StepKind[] = facts?.kind === 'check' ? ['check', 'wait'] : ['do'];
  if (!facts) report.add(at, `no action is called ${quote(value)}`, suggest(value, actions.keys()));
  else if (!fitting.includes(body.kind)) {
    const message = `${quote(value)} ${facts.kind === 'check' ? 'only reads' : 'acts'}: it cannot stand under \`${body.kind}\``;
    report.add(body.kindAt, message, `write ${fitting.map((kind) => quote(`${kind}:`)).join(' or ')}`);
  }
}

function checkInput({ body }: Draft, facts: ActionFacts, report: Report): void {
  if (!body) return;
  const names = Object.keys(facts.inputs);
  for (const { name, nameAt, value, at } of body.with) {
    const input = Object.hasOwn(facts.inputs, name) ? facts.inputs[name] : undefined;
    if (!input)
      report.add(
        nameAt,
        `${quote(facts.name)} has no input ${quote(name)}`,
        names.length > 0 ? suggest(name, names) : 'it has none',
      );
    else if (!isReference(value) && !input.accepts(value))
      report.add(at, `the input ${quote(name)} does not take this value`, `it is ${input.says}`);
  }
  // A payer takes its input from the debt.
  if (body.broken.has('with') || body.broken.has('pays') || body.pays.length > 0) return;
  const missing = names.filter(
    (name) => facts.inputs[name]?.required && !body.with.some((entry) => entry.name === name),
  );
  for (const name of missing)
    report.add(
      body.action?.at ?? body.at,
      `${quote(facts.name)} needs the input ${quote(name)}`,
      `it is ${facts.inputs[name]?.says}`,
    );
}

/** Rule 9: the danger is the action's; the document must show it and may only ask for more. */
function checkDanger({ body, section }: Draft, { danger, name }: ActionFacts, report: Report): void {
  const shows = (...wanted: string[]) => section.callouts.some((callout) => wanted.includes(callout));
  if (danger === 'destroys') {
    if (!shows('CAUTION'))
      report.add(
        section.at,
        `the step hides a danger: ${quote(name)} destroys data`,
        'say in its section what is lost, under `> [!CAUTION]`',
      );
    if (body?.gate?.value === 'yes-no')
      report.add(body.gate.at, `the gate of ${quote(name)} cannot be lowered`, 'delete it: the gate is `typed`');
  }
  if (danger === 'disrupts' && !shows('WARNING', 'CAUTION'))
    report.add(
      section.at,
      `the step hides a danger: ${quote(name)} disrupts the service`,
      'say in its section what stops, under `> [!WARNING]`',
    );
}
