import { Command, type Option } from 'commander';
import { withGlobals, withRunOptions } from '../../src/commands/globals.ts';
import { commandLine } from '../../src/commands/main.ts';
import { exitCodeTable } from './exit-codes.ts';
import { generatedNote, table } from './markdown.ts';

const everywhere = withGlobals(new Command()).options;
const ofRuns = withRunOptions(new Command()).options;

function among(options: readonly Option[]): (option: Option) => boolean {
  const flags = new Set(options.map((option) => option.flags));
  return (option) => flags.has(option.flags);
}

function optionTable(options: readonly Option[]): string {
  return table(
    ['option', ''],
    options.map(({ flags, description }) => [`\`${flags}\``, description]),
  );
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

/** The commands that do something; a group only holds them. */
function leaves(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function usage(command: Command): string {
  const words = command.registeredArguments.map((argument) => {
    const word = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${word}>` : `[${word}]`;
  });
  return [pathOf(command), ...words].join(' ');
}

function section(command: Command): string {
  const isGlobal = among(everywhere);
  const isOfRuns = among(ofRuns);
  const runs = command.options.filter(isOfRuns).length;
  const but = runs < ofRuns.length ? ' without `-p`' : '';
  const own = command.options.filter((option) => !isGlobal(option) && !isOfRuns(option));
  return [
    `## ${usage(command)}`,
    `${command.description()}${runs > 0 ? ` ([options of runs](#options-of-runs)${but})` : ''}`,
    ...(own.length > 0 ? [optionTable(own)] : []),
  ].join('\n\n');
}

export function commandLinePage(): string {
  const root = commandLine(() => undefined);
  return `${[
    generatedNote,
    '# Command line',
    'Data goes to stdout, everything else to stderr.',
    '## Options everywhere',
    optionTable(everywhere),
    '## Options of runs',
    optionTable(ofRuns),
    ...leaves(root).map(section),
    '## Exit codes',
    exitCodeTable(),
  ].join('\n\n')}\n`;
}
