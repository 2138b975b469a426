import { createHash } from 'node:crypto';
import { type Body, readBody } from './body.ts';
import { decode, refuseUnseen } from './bytes.ts';
import type { Draft, DraftBook } from './draft.ts';
import { type FrontMatter, readFrontMatter } from './frontmatter.ts';
import { type Outline, readOutline, type Section } from './markdown.ts';
import { type Problem, quote, Report } from './problem.ts';
import type { ActionFacts, Input, Parameter, Runbook, Step } from './runbook.ts';
import { validate } from './validate.ts';

/**
 * Reads and validates one runbook. `name` is the file's name or path: problems show it as it is. Gives every problem at once, in the
 * order of the file; never throws for anything a file can hold. Only a file that cannot be read at all (see `decode`) has one problem.
 */
export function parseRunbook(
  bytes: Uint8Array,
  name: string,
  actions: ReadonlyMap<string, ActionFacts>,
): { readonly runbook: Runbook } | { readonly problems: readonly Problem[] } {
  const decoded = decode(bytes, name);
  if ('problem' in decoded) return { problems: [decoded.problem] };
  const { text } = decoded;
  const report = new Report(name, text);
  const outline = readOutline(text, report);
  if (!outline) return { problems: report.problems() };
  const frontMatter = readFrontMatter(outline.frontMatter, report);
  if ('newer' in frontMatter) {
    const only = new Report(name, text);
    only.add(frontMatter.at, frontMatter.newer, 'update galera-runbook');
    return { problems: only.problems() };
  }
  refuseUnseen(text, report);
  checkTitle(outline, frontMatter, report);
  const drafts = readSteps(outline.sections, actions, report);
  if (drafts.every(({ part }) => part === 'rollback'))
    report.add(0, 'the runbook has no steps', 'a step is an H2 or H3 that ends in its id, with a ```yaml fence below');
  const byId = new Map<string, Draft>();
  for (const draft of drafts) if (!byId.has(draft.id)) byId.set(draft.id, draft);
  const book: DraftBook = { frontMatter, drafts, byId };
  validate(book, actions, report);
  const { title, summary, flavours, parameters } = frontMatter;
  if (!report.empty || title === undefined || summary === undefined || flavours === undefined)
    return { problems: report.problems() };
  const steps = (part: Draft['part']) =>
    drafts.filter((draft) => draft.part === part).map((draft) => toStep(draft, report));
  return {
    runbook: {
      format: 1,
      name: name.replace(/^.*[/\\]/, '').replace(/\.md$/, ''),
      title,
      summary,
      flavours,
      parameters: Object.fromEntries(
        [...parameters].filter((entry): entry is [string, Parameter] => entry[1] !== undefined),
      ),
      steps: steps('forward'),
      rollback: steps('rollback'),
      sha256: createHash('sha256').update(bytes).digest('hex'),
      // With its byte order mark: whoever keeps the text can make the same bytes, and the same hash, of it again.
      text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
    },
  };
}

function checkTitle({ sections }: Outline, frontMatter: FrontMatter, report: Report): void {
  const [first, ...others] = sections.filter(({ depth }) => depth === 1);
  const { title } = frontMatter;
  for (const other of others) report.add(other.at, 'a second title', 'make it an H2');
  if (!first) {
    const example = quote(`# ${title ?? 'What it does'}`);
    report.add(0, 'the runbook has no title', `write ${example} below the front matter`);
  } else if (sections[0] !== first) report.add(first.at, 'the title stands below other headings', 'move it to the top');
  else if (title !== undefined && first.title !== title.replace(/\s+/g, ' ').trim())
    report.add(first.at, `the title is not the one of the front matter, ${quote(title)}`, 'write the same in both');
}

function readSteps(sections: readonly Section[], actions: ReadonlyMap<string, ActionFacts>, report: Report): Draft[] {
  const drafts: Draft[] = [];
  let rollback: Section | undefined;
  for (const section of sections) {
    const { id, at, fences, depth } = section;
    if (id === 'rollback' && !rollback) {
      rollback = section;
      if (depth !== 2) report.add(at, 'the section `rollback` must be an H2', 'its steps are the H3 below it');
      for (const fence of fences)
        report.add(fence.at, 'the section `rollback` is no step', 'give the step an H3 of its own below it');
      continue;
    }
    if (rollback && depth < 3)
      report.add(at, '`rollback` must be the last section', 'move this one above it, or make it an H3');
    if (id === undefined) continue;
    const [first, ...others] = fences;
    if (!first)
      report.add(at, `the step ${quote(id)} has no fence of yaml`, 'add one, or end the heading in plain text');
    for (const other of others)
      report.add(
        other.at,
        `the step ${quote(id)} has a second fence of yaml`,
        'give it a heading and an id, or illustrate with ```text',
      );
    const body = first && readBody(first, report);
    const facts = body?.action && actions.get(body.action.value);
    const part = rollback ? 'rollback' : 'forward';
    drafts.push({ section, id, index: drafts.length, part, ...(body ? { body } : {}), ...(facts ? { facts } : {}) });
  }
  if (rollback && drafts.every(({ part }) => part === 'forward'))
    report.add(rollback.at, 'the section `rollback` has no steps', 'add them as H3, or delete the section');
  return drafts;
}

/** Only for a document without problems: then nothing of the draft is missing. */
function toStep({ id, section, body }: Draft, report: Report): Step {
  const { kind, until, undoes, gate, timeoutMs, ...rest } = body as Body;
  const input: Input = Object.fromEntries(rest.with.map(({ name, value }) => [name, value]));
  return {
    id,
    title: section.title,
    prose: section.prose,
    line: report.lineAt(section.at),
    kind,
    action: rest.action?.value ?? '',
    with: input,
    when: rest.when.map(({ reference, oneOf }) => ({ reference, oneOf: oneOf.map(({ value }) => value) })),
    pays: rest.pays.map(({ value }) => value),
    ...(until ? { until: until.value } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(undoes ? { undoes: undoes.value } : {}),
    ...(gate ? { gate: gate.value } : {}),
  };
}
