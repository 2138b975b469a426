import type { Json } from '../../src/base/json.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { formatProblem } from '../../src/runbook/problem.ts';
import type { ActionFacts, Danger, Runbook } from '../../src/runbook/runbook.ts';

const kinds = {
  text: { says: 'text', accepts: (value: Json) => typeof value === 'string' },
  boolean: { says: 'true or false', accepts: (value: Json) => typeof value === 'boolean' },
  integer: { says: 'a whole number', accepts: (value: Json) => Number.isInteger(value) },
  texts: { says: 'a list of texts', accepts: (value: Json) => Array.isArray(value) },
  map: { says: 'a map', accepts: (value: Json) => typeof value === 'object' && !Array.isArray(value) },
  any: { says: 'any value', accepts: () => true },
};
/** Inputs as `name: kind`; a name that ends in `?` may be left out. */
type Inputs = { readonly [name: string]: keyof typeof kinds };

function facts(name: string, what: 'check' | Danger | `${Danger} owes`, inputs: Inputs = {}, outputs: string[] = []) {
  const [danger, owes] = what.split(' ');
  const of: ActionFacts = {
    name,
    kind: what === 'check' ? 'check' : 'do',
    danger: what === 'check' ? 'reads' : (danger as Danger),
    owes: owes === 'owes',
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([key, kind]) => [
        key.replace('?', ''),
        { required: !key.endsWith('?'), ...kinds[kind] },
      ]),
    ),
    outputs,
  };
  return [name, of] as const;
}

export const actions: ReadonlyMap<string, ActionFacts> = new Map([
  facts('galera.quorum', 'check', { 'spare?': 'integer' }),
  facts('galera.choose-donor', 'check', {}, ['member', 'why']),
  facts('galera.no-primary', 'check'),
  facts('galera.same-data', 'check', { truth: 'any', 'position?': 'text', 'recheck?': 'boolean' }),
  facts('galera.read-positions', 'changes', {}, ['positions']),
  facts('galera.resync', 'changes', { member: 'text' }),
  facts('galera.start', 'disrupts', { 'state-dump?': 'text' }),
  facts('mariadb.backup-tool', 'check', { member: 'text' }),
  facts('backup.room', 'check', { member: 'text', kind: 'text' }),
  facts('backup.chain', 'check', { backup: 'text' }),
  facts('backup.restorable', 'check', { backup: 'text' }),
  facts('backup.take', 'changes owes', { member: 'text', kind: 'text', 'options?': 'map' }, ['backup', 'bytes']),
  facts('backup.prove', 'changes', { backup: 'text' }),
  facts('backup.reconcile', 'changes', {}, ['found', 'added', 'missing', 'broken']),
  facts('backup.clean', 'changes', {}, ['removed', 'bytes']),
  facts('backup.retain', 'changes', { 'after-backup?': 'boolean' }),
  facts('restore.room', 'check', { backup: 'text', 'keep-current-data': 'boolean' }),
  facts('restore.unpack', 'changes owes', { backup: 'text', members: 'texts' }, ['prepared', 'position']),
  facts('restore.prove-prepared', 'changes', { prepared: 'any' }, ['tables', 'rows']),
  facts('restore.swap', 'destroys', { prepared: 'any', 'keep-current-data': 'boolean' }),
  facts('restore.swap-back', 'destroys', { 'prepared?': 'any' }),
  facts('restore.discard-unpacked', 'changes'),
  facts('statefulset.safe-to-stop', 'check'),
  facts('statefulset.stop', 'disrupts owes', { 'serving?': 'text' }),
  facts('schedule.suspend', 'changes owes'),
  facts('schedule.resume', 'changes'),
  facts('traffic.cut', 'disrupts owes'),
  facts('traffic.put-back', 'changes'),
]);

/** Fourteen lines: what a test adds begins in line 15. */
export const head = [
  '---',
  'format: 1',
  'title: Test',
  'summary: A test.',
  'flavours: [statefulset, mosk]',
  'parameters:',
  '  kind: {type: choice, choices: [full, incremental], default: full, description: Which kind.}',
  '  keep: {type: boolean, default: true, description: Whether to keep.}',
  '  count: {type: integer, description: How many.}',
  '  source: {type: backup, default: latest, description: Which backup.}',
  '---',
  '',
  '# Test',
  '',
];

/** Six lines, the body from the fourth on. */
export function step(id: string, ...body: string[]): string[] {
  return [`## Do it \`${id}\``, '', '```yaml', ...body, '```', ''];
}

export const copy = step('copy', 'do: backup.take', 'with: {member: m, kind: full}');
export const back = step('back', 'do: galera.resync', 'pays: copy');
export const donor = step('donor', 'check: galera.choose-donor');

export function parse(text: string | Uint8Array) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return parseRunbook(bytes, 'test.md', actions);
}

/** What is wrong, as it is printed, without the name of the file. */
export function problems(text: string | Uint8Array): string[] {
  const result = parse(text);
  return 'runbook' in result ? [] : result.problems.map((one) => formatProblem(one).replace('test.md:', ''));
}

export function accepted(text: string | Uint8Array): Runbook {
  const result = parse(text);
  if ('runbook' in result) return result.runbook;
  throw new Error(result.problems.map(formatProblem).join('\n'));
}

/** The problems of a document made of the head and these lines. */
export function of(...lines: (string | string[])[]): string[] {
  return problems(document(...lines));
}

export function document(...lines: (string | string[])[]): string {
  return `${[...head, ...lines.flat()].join('\n')}\n`;
}
