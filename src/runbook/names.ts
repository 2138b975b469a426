import type { Json } from '../base/json.ts';
import type { Condition } from './body.ts';
import { formatConditions, implies } from './conditions.ts';
import type { Draft, DraftBook } from './draft.ts';
import { fits } from './frontmatter.ts';
import { list, quote, type Report, suggest } from './problem.ts';
import { formatReference } from './reference.ts';
import { backupFields, type Reference, runFields, targetFields } from './runbook.ts';

/** Reports a reference in `with:` that names nothing, something that is not there yet, or a field that does not exist. */
export function checkReference(reference: Reference, at: number, user: Draft, book: DraftBook, report: Report): void {
  const [name = ''] = reference.$ref;
  const step = book.byId.get(name);
  if (step) checkStepReference(step, reference, at, user, report);
  else if (!checkFact(reference, at, book, report) && book.frontMatter.complete) {
    const earlier = book.drafts.filter((draft) => draft.index < user.index).map(({ id }) => id);
    const names = [...book.frontMatter.parameters.keys(), 'target', 'run', ...earlier];
    report.add(at, `nothing is called ${quote(name)} in ${quote(formatReference(reference))}`, suggest(name, names));
  }
}

function checkStepReference(step: Draft, reference: Reference, at: number, user: Draft, report: Report): void {
  const written = quote(formatReference(reference));
  const { body, facts } = step;
  if (step === user) {
    report.add(at, `${written} is the output of this very step`, 'use one of an earlier step');
    return;
  }
  if (step.index > user.index) {
    const why = step.part === user.part ? 'stands later' : 'runs only in the rollback';
    const message = `${written} is not there yet: the step ${quote(step.id)} ${why}`;
    report.add(at, message, 'use an earlier step, or move this one');
    return;
  }
  const field = reference.$ref[1];
  if (facts?.outputs.length === 0) report.add(at, `${quote(facts.name)} has no output`, 'use another step');
  else if (facts && field !== undefined && !facts.outputs.includes(field))
    report.add(at, `${quote(facts.name)} has no output ${quote(field)}`, suggest(field, facts.outputs));
  if (!body || body.broken.has('when') || !user.body || user.body.broken.has('when')) return;
  if (implies(user.body.when, body.when)) return;
  const message = `${written} is only there under the condition of the step ${quote(step.id)}`;
  report.add(at, message, `give this step the same: ${quote(formatConditions(body.when))}`);
}

/** Parameters, `target` and `run`. False when the name is none of these. */
function checkFact(
  { $ref: [name = '', field, ...rest] }: Reference,
  at: number,
  book: DraftBook,
  report: Report,
): boolean {
  const { parameters } = book.frontMatter;
  const parameter = parameters.get(name);
  const fields =
    name === 'target' ? targetFields : name === 'run' ? runFields : parameter?.type === 'backup' ? backupFields : [];
  if (name !== 'target' && name !== 'run' && !parameters.has(name)) return false;
  if (field === undefined) {
    if (name === 'target' || name === 'run')
      report.add(at, `${quote(`$${name}`)} is no value of its own`, `name one of its fields: ${list(fields)}`);
    return true;
  }
  if (parameters.has(name) && !parameter) return true;
  if (fields.length === 0) report.add(at, `the parameter ${quote(name)} has no fields`, `write ${quote(`$${name}`)}`);
  else if (!fields.some((one) => one === field))
    report.add(at, `${quote(name)} has no field ${quote(field)}`, suggest(field, fields));
  else if (rest.length > 0)
    report.add(at, `${quote(`$${name}.${field}`)} has no fields`, `write ${quote(`$${name}.${field}`)}`);
  return true;
}

/** Reports a condition on what a plan cannot know, and one that could never hold: a typo there would switch a step off. */
export function checkCondition(condition: Condition, book: DraftBook, report: Report): void {
  const { reference, at } = condition;
  const { parameters, complete } = book.frontMatter;
  const [name = ''] = reference.$ref;
  const written = quote(formatReference(reference));
  if (book.byId.has(name) || name === 'run') {
    const what = name === 'run' ? 'a fact of the run' : 'an output, which no plan knows before';
    report.add(at, `${written} is ${what}`, 'conditions are on parameters and on `$target`');
  } else if (checkFact(reference, at, book, report)) checkPossible(condition, book, report);
  else if (complete)
    report.add(at, `nothing is called ${quote(name)} in ${written}`, suggest(name, [...parameters.keys(), 'target']));
}

function checkPossible({ reference, at, oneOf }: Condition, { frontMatter }: DraftBook, report: Report): void {
  const [name = '', field] = reference.$ref;
  const written = quote(formatReference(reference));
  const parameter = frontMatter.parameters.get(name);
  const isText = (value: Json) => typeof value === 'string';
  if (name === 'target' && field === 'members')
    report.add(at, `${written} is a list: a condition compares single values`, 'name another field');
  else if (name === 'target' && field === 'flavour' && frontMatter.flavours)
    checkValues(
      oneOf,
      (value) => frontMatter.flavours?.some((flavour) => flavour === value) ?? true,
      frontMatter.flavours,
      report,
    );
  else if (parameter?.type === 'backup' && field === undefined)
    report.add(at, `${written} is a whole backup`, `compare one of its fields: ${list(backupFields)}`);
  else if (name === 'target' || parameter?.type === 'backup') checkValues(oneOf, isText, `${written} is text`, report);
  else if (parameter)
    checkValues(
      oneOf,
      (value) => fits(value, parameter.type, parameter.choices),
      parameter.choices ?? `${written} is of type ${parameter.type}`,
      report,
    );
}

/** `possible` is what to suggest: the values there are, or a sentence. */
function checkValues(
  oneOf: Condition['oneOf'],
  can: (value: Json) => boolean,
  possible: string | readonly string[],
  report: Report,
): void {
  for (const { value, at } of oneOf) {
    const suggestion = typeof possible === 'string' ? possible : suggest(String(value), possible);
    if (!can(value)) report.add(at, `the condition can never hold for ${quote(String(value))}`, suggestion);
  }
}
