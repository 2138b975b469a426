import { catalogue } from '../../src/actions/catalogue.ts';
import type { AnyAction } from '../../src/engine/action.ts';
import { generatedNote, table } from './markdown.ts';

function danger(action: AnyAction): string {
  return action.kind === 'check' ? 'reads' : action.maxDanger;
}

function summaryTable(actions: readonly AnyAction[]): string {
  const rows = actions.map((action) => {
    const { kind, name, summary } = action;
    return [`[\`${name}\`](#${name.replaceAll('.', '')})`, kind, danger(action), summary];
  });
  return table(['action', 'kind', 'danger', 'what it does'], rows);
}

function section(action: AnyAction): string {
  const inputs = Object.entries(action.inputs).map(([name, { required, says }]) => [
    `\`${name}\``,
    required ? 'yes' : 'no',
    says,
  ]);
  const facts = [
    `\`${action.kind}:\` · ${danger(action)}`,
    ...(action.kind === 'do' && action.owes ? ['owes a debt, so the runbook needs a step that pays it'] : []),
    ...(action.kind === 'do' ? [action.stoppable ? 'Ctrl-C stops it in the middle' : 'Ctrl-C lets it finish'] : []),
  ];
  const outputs = action.outputs.map((name) => `\`${name}\``).join(', ');
  return [
    `## ${action.name}`,
    action.summary,
    `${facts.join(' · ')}.`,
    ...(inputs.length > 0 ? [table(['input', 'required', 'value'], inputs)] : []),
    ...(outputs === '' ? [] : [`Outputs: ${outputs}.`]),
  ].join('\n\n');
}

export function actionsPage(): string {
  const actions = [...catalogue.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const intro =
    'What a step of a runbook may name. `check:` and `wait:` take the kind `check`, `do:` takes the kind `do`. The danger is the greatest with any input; it decides the gate: `disrupts` asks yes or no, `destroys` wants the name of the Galera cluster typed.';
  return `${[generatedNote, '# Actions', intro, summaryTable(actions), ...actions.map(section)].join('\n\n')}\n`;
}
