import type { Json } from '../base/json.ts';
import { durationForm, parseDuration } from './duration.ts';
import { known, type Placed, text, texts, word } from './fields.ts';
import { list, quote, type Report, suggest } from './problem.ts';
import { parseReference, readLiteral, readValue } from './reference.ts';
import type { GateNeed, Reference, StepKind } from './runbook.ts';
import { type Entry, type Part, readYaml } from './yaml.ts';

const kinds: readonly StepKind[] = ['check', 'do', 'wait'];
const gates: readonly GateNeed[] = ['yes-no', 'typed'];
const keys = ['check', 'do', 'wait', 'with', 'when', 'until', 'timeout', 'pays', 'undoes', 'gate'] as const;

interface InputEntry extends Placed<Json | Reference> {
  readonly name: string;
  readonly nameAt: number;
}

export interface Condition {
  readonly at: number;
  readonly reference: Reference;
  readonly oneOf: readonly Placed<Json>[];
}

/** The fence of a step, each part with its place. What was reported is left out; `broken` names it, so that nobody misses it twice. */
export interface Body {
  readonly at: number;
  readonly kind: StepKind;
  readonly kindAt: number;
  readonly action?: Placed<string>;
  readonly with: readonly InputEntry[];
  readonly when: readonly Condition[];
  readonly until?: Placed<string>;
  readonly timeoutMs?: number;
  readonly pays: readonly Placed<string>[];
  readonly undoes?: Placed<string>;
  readonly gate?: Placed<GateNeed>;
  readonly broken: ReadonlySet<'with' | 'when' | 'pays'>;
}

/** Undefined when the fence is not YAML, no map or names no action: then nothing can be said about the step. */
export function readBody(part: Part, report: Report): Body | undefined {
  const tree = readYaml(part, 'no comments', report);
  if (tree?.kind !== 'map') {
    if (tree?.kind !== 'broken')
      report.add(tree?.at ?? part.base, 'the step must be a map', `it begins with ${list(kinds)}, and an action`);
    return undefined;
  }
  const found = known(tree.entries, keys, 'a step', report);
  const named = tree.entries.filter(({ key }) => kinds.some((kind) => kind === key));
  const [first, ...others] = named;
  for (const other of others)
    report.add(
      other.keyAt,
      `the step has ${quote(other.key)} beside ${quote(first?.key ?? '')}`,
      'a step names one action; make it two steps',
    );
  if (!first) {
    report.add(tree.at, 'the step names no action', 'one of `check:`, `do:` and `wait:` is needed');
    return undefined;
  }
  const kind = kinds.find((one) => one === first.key) ?? 'check';
  const timeoutMs = found.timeout && readTimeout(found.timeout, report);
  if (kind === 'wait' && !found.timeout) report.add(first.keyAt, 'a `wait` needs a `timeout`', durationForm);
  if (found.until && kind !== 'check')
    report.add(found.until.keyAt, `\`until\` goes with \`check\`, not with \`${kind}\``, 'delete it');
  if (found.pays && kind !== 'do')
    report.add(found.pays.keyAt, `\`pays\` goes with \`do\`, not with \`${kind}\``, 'delete it');
  if (found.undoes && kind !== 'do')
    report.add(found.undoes.keyAt, `\`undoes\` goes with \`do\`, not with \`${kind}\``, 'delete it');
  const action = placed(first, report);
  const input = found.with ? readInput(found.with, report) : [];
  const when = found.when ? readWhen(found.when, report) : [];
  const pays = found.pays ? texts(found.pays, report, 'or one') : [];
  const until = found.until && placed(found.until, report);
  const undoes = found.undoes && placed(found.undoes, report);
  const gate = found.gate && word(found.gate, gates, report);
  const broken = new Set<'with' | 'when' | 'pays'>();
  if (!input) broken.add('with');
  if (!when) broken.add('when');
  if (!pays) broken.add('pays');
  return {
    at: part.base,
    kind,
    kindAt: first.keyAt,
    with: input ?? [],
    when: when ?? [],
    pays: pays ?? [],
    broken,
    ...(action ? { action } : {}),
    ...(until ? { until } : {}),
    ...(undoes ? { undoes } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(found.gate && gate ? { gate: { value: gate, at: found.gate.value.at } } : {}),
  };
}

function placed(entry: Entry, report: Report): Placed<string> | undefined {
  const value = text(entry, report);
  return value === undefined ? undefined : { value, at: entry.value.at };
}

function readTimeout({ value }: Entry, report: Report): number | undefined {
  const duration = value.kind === 'text' ? parseDuration(value.value) : undefined;
  if (duration === undefined && value.kind !== 'broken') report.add(value.at, '`timeout` is no duration', durationForm);
  return duration;
}

function readInput({ value }: Entry, report: Report): InputEntry[] | undefined {
  if (value.kind !== 'map') {
    if (value.kind !== 'broken')
      report.add(value.at, '`with` must be a map', 'write each input on a line of its own, `name: value`');
    return undefined;
  }
  const read = value.entries.map((entry): InputEntry | undefined => {
    const input = readValue(entry.value, report);
    return input === undefined ? undefined : { name: entry.key, nameAt: entry.keyAt, value: input, at: entry.value.at };
  });
  return read.includes(undefined) ? undefined : read.filter((entry) => entry !== undefined);
}

function readWhen({ value }: Entry, report: Report): Condition[] | undefined {
  if (value.kind !== 'map' || value.entries.length === 0) {
    if (value.kind !== 'broken')
      report.add(value.at, '`when` must be a map', 'write it like `$target.flavour: mosk`, or `$name: [one, two]`');
    return undefined;
  }
  const read = value.entries.map((entry) => readCondition(entry, report));
  return read.includes(undefined) ? undefined : read.filter((condition) => condition !== undefined);
}

function readCondition({ key, keyAt, value }: Entry, report: Report): Condition | undefined {
  const reference = parseReference(key);
  if (!reference)
    report.add(
      keyAt,
      `${quote(key)} is no reference`,
      suggest(key, [`$${key}`]) ?? 'write `$name` or `$target.flavour`',
    );
  if (value.kind === 'broken') return undefined;
  const items = value.kind === 'list' ? value.items : [value];
  if (items.length === 0) report.add(value.at, 'an empty list never holds', 'name at least one value');
  const oneOf = items.map((item): Placed<Json> | undefined => {
    if (item.kind === 'list' || item.kind === 'map') {
      report.add(item.at, 'a condition compares with single values', 'name a text, a number, true or false');
      return undefined;
    }
    const literal = readLiteral(item, report);
    return literal === undefined ? undefined : { value: literal, at: item.at };
  });
  if (!reference || items.length === 0 || oneOf.includes(undefined)) return undefined;
  return { at: keyAt, reference, oneOf: oneOf.filter((one) => one !== undefined) };
}
