import { type Failure, fail } from '../base/failure.ts';
import type { Json } from '../base/json.ts';
import type { Parameter, Runbook } from '../runbook/runbook.ts';

/** Finds the backup that a parameter names: `latest`, an id, the beginning of one. */
export type ResolveBackup = (wanted: string) => Promise<{ readonly record: Json } | Failure>;

/** Values for every parameter of the document, from the command line's texts and the defaults. */
export async function parametersOf(
  runbook: Runbook,
  given: { readonly [name: string]: string },
  resolveBackup: ResolveBackup,
): Promise<{ readonly [name: string]: Json }> {
  const names = Object.keys(runbook.parameters);
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) {
      fail(
        'usage',
        `a parameter of ${runbook.name}: ${names.join(', ') || 'it has none'}`,
        name,
        'correct the name after -p',
      );
    }
  }
  const values: { [name: string]: Json } = {};
  for (const [name, parameter] of Object.entries(runbook.parameters)) {
    const text = given[name];
    const value = text === undefined ? parameter.default : fromText(name, parameter, text);
    if (value === undefined) {
      fail(
        'usage',
        `a value for parameter ${name} (${parameter.description})`,
        'none, and it has no default',
        `give it: -p ${name}=VALUE`,
      );
    }
    values[name] = parameter.type === 'backup' ? await backupOf(String(value), resolveBackup) : value;
  }
  return values;
}

async function backupOf(wanted: string, resolveBackup: ResolveBackup): Promise<Json> {
  const found = await resolveBackup(wanted);
  if ('record' in found) return found.record;
  return fail(found.kind, found.expected, found.found, found.next);
}

function fromText(name: string, parameter: Parameter, text: string): Json {
  const wrong = (expected: string): never =>
    fail('usage', `${expected} for parameter ${name}`, text === '' ? 'nothing' : text, `correct it: -p ${name}=VALUE`);
  switch (parameter.type) {
    case 'boolean':
      if (text === 'true') return true;
      if (text === 'false') return false;
      return wrong('true or false');
    case 'integer':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : wrong('a whole number');
    case 'choice':
      return parameter.choices?.includes(text) ? text : wrong(`one of ${parameter.choices?.join(', ')}`);
    case 'string':
    case 'backup':
      return text === '' ? wrong('a value') : text;
  }
}
