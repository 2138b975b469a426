import type { Json } from '../base/json.ts';
import { known, text, texts, word } from './fields.ts';
import { quote, type Report, suggest } from './problem.ts';
import { flavours, type Parameter, type ParameterType } from './runbook.ts';
import { type Entry, type Part, readYaml, toJson } from './yaml.ts';

const keys = ['format', 'title', 'summary', 'flavours', 'parameters'] as const;
const types: readonly ParameterType[] = ['string', 'boolean', 'integer', 'choice', 'backup'];

export interface FrontMatter {
  readonly title?: string;
  readonly summary?: string;
  readonly flavours?: readonly string[];
  /** A parameter that is there but broken has no value: references to it are not reported again. */
  readonly parameters: ReadonlyMap<string, Parameter | undefined>;
  /** False when parameters could not be read: any name could be one of them. */
  readonly complete: boolean;
}

/** Says why the document is for a later program: then whatever else looks wrong in it may be right there. */
export interface Newer {
  readonly newer: string;
  readonly at: number;
}

export function readFrontMatter(part: Part | undefined, report: Report): FrontMatter | Newer {
  const nothing: FrontMatter = { parameters: new Map(), complete: false };
  if (!part) {
    report.add(
      0,
      'there is no front matter',
      'a runbook starts with a line `---`, its format, title, summary and flavours, and `---` again',
    );
    return nothing;
  }
  const tree = readYaml(part, 'comments', report);
  if (tree?.kind !== 'map') {
    if (tree?.kind !== 'broken')
      report.add(part.base, 'the front matter must be a map', `it has the keys ${keys.join(', ')}`);
    return nothing;
  }
  const format = tree.entries.find(({ key }) => key === 'format')?.value;
  if (format?.kind === 'number' && Number.isInteger(format.value) && format.value > 1)
    return { at: format.at, newer: `format ${format.value} is made for a newer program: this one reads format 1` };
  const found = known(tree.entries, keys, 'the front matter', report);
  for (const key of keys)
    if (!found[key] && key !== 'parameters')
      report.add(part.base, `the front matter has no ${quote(key)}`, example(key));
  if (format && format.kind !== 'broken' && !(format.kind === 'number' && format.value === 1))
    report.add(format.at, '`format` must be the number 1', 'write `format: 1`');
  const title = found.title && text(found.title, report);
  const summary = found.summary && text(found.summary, report);
  const flavourNames = found.flavours && readFlavours(found.flavours, report);
  const parameters = readParameters(found.parameters, report);
  return {
    ...(title === undefined ? {} : { title }),
    ...(summary === undefined ? {} : { summary }),
    ...(flavourNames === undefined ? {} : { flavours: flavourNames }),
    parameters: parameters ?? new Map(),
    complete: parameters !== undefined,
  };
}

function example(key: (typeof keys)[number]): string {
  if (key === 'format') return 'write `format: 1`';
  return key === 'flavours'
    ? 'write it like `flavours: [statefulset, mosk]`'
    : `write \`${key}: \` and one line of text`;
}

function readFlavours(entry: Entry, report: Report): readonly string[] | undefined {
  const names = texts(entry, report);
  const wrong = names?.filter(({ value }) => !flavours.some((flavour) => flavour === value)) ?? [];
  for (const { at, value } of wrong) report.add(at, `no flavour is called ${quote(value)}`, suggest(value, flavours));
  return wrong.length > 0 ? undefined : names?.map(({ value }) => value);
}

function readParameters(entry: Entry | undefined, report: Report): FrontMatter['parameters'] | undefined {
  if (!entry) return new Map();
  if (entry.value.kind !== 'map') {
    if (entry.value.kind !== 'broken')
      report.add(entry.value.at, '`parameters` must be a map', 'write `parameters: {}` for none');
    return undefined;
  }
  return new Map(entry.value.entries.map((one) => [one.key, readParameter(one, report)]));
}

function readParameter({ key, keyAt, value }: Entry, report: Report): Parameter | undefined {
  const what = `the parameter ${quote(key)}`;
  if (!/^[a-z][a-z0-9-]*$/.test(key) || key.length > 40)
    report.add(
      keyAt,
      `${what} has an unfit name`,
      'a name has small letters, digits and hyphens, begins with a letter, at most 40',
    );
  if (['target', 'run', 'plan', 'rollback'].includes(key))
    report.add(keyAt, `${quote(key)} is reserved`, 'take another name');
  if (value.kind !== 'map') {
    if (value.kind !== 'broken') report.add(value.at, `${what} must be a map`, 'it has the keys type and description');
    return undefined;
  }
  const found = known(value.entries, ['type', 'description', 'default', 'choices'], what, report);
  if (!found.type) report.add(keyAt, `${what} has no \`type\``, `one of ${types.join(', ')}`);
  if (!found.description) report.add(keyAt, `${what} has no \`description\``, 'say in one line what it does');
  const type = found.type && word(found.type, types, report);
  const description = found.description && text(found.description, report);
  if (type === undefined) return undefined;
  if (type === 'choice' && !found.choices)
    report.add(keyAt, `${what} has no \`choices\``, 'write it like `choices: [full, incremental]`');
  if (type !== 'choice' && found.choices)
    report.add(found.choices.keyAt, `only type \`choice\` has \`choices\``, 'delete them');
  const choices =
    type === 'choice' && found.choices ? texts(found.choices, report)?.map((choice) => choice.value) : undefined;
  if (type === 'choice' && !choices) return undefined;
  const fallback = found.default && toJson(found.default.value);
  if (found.default && fallback !== undefined && !fits(fallback, type, choices)) {
    const wanted = choices ? suggest(String(fallback), choices) : `${quote(key)} is of type ${type}`;
    report.add(found.default.value.at, 'the default does not fit the type', wanted);
    return undefined;
  }
  if (description === undefined || (found.default && fallback === undefined)) return undefined;
  return {
    type,
    description,
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(choices ? { choices } : {}),
  };
}

/** Whether a parameter of this type can have this value. A `backup` is named by its id or `latest`. */
export function fits(value: Json, type: ParameterType, choices: readonly string[] | undefined): boolean {
  if (type === 'boolean') return typeof value === 'boolean';
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'choice') return choices?.some((choice) => choice === value) ?? false;
  return typeof value === 'string' && (type === 'string' || value.trim() !== '');
}
