import { type Command, Option } from 'commander';
import { practiceFolder } from './practice-world.ts';

/** Options that every command takes (design §7). */
export interface Globals {
  readonly config?: string;
  readonly target?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly output: 'text' | 'json';
  readonly stateDir?: string;
  readonly runbooks?: string;
  /** Line by line, also where screens could be shown. */
  readonly plain?: boolean;
  /** The practice cluster instead of a target. */
  readonly practice?: boolean;
}

export function withGlobals(command: Command): Command {
  return command
    .option('--config <file>', 'targets; default: galera-runbook/config.yaml in the XDG config folder')
    .option('--target <name>', 'which target; may be left out when there is one')
    .option('--context <name>', 'kubeconfig context')
    .option('-n, --namespace <name>', 'namespace of the Galera cluster')
    .option('--kubeconfig <file>', 'default: KUBECONFIG, then ~/.kube/config')
    .option('--state-dir <folder>', 'where runs are recorded; default: galera-runbook in the XDG state folder')
    .option('--runbooks <folder>', "a site's own runbooks, beside those that come with the program")
    .option('--practice', 'on the practice cluster instead of a target: nothing real is read or changed')
    .option('--plain', 'line by line, without screens')
    .addOption(new Option('-o, --output <format>', 'text, which is the default, or json').choices(['text', 'json']));
}

/** The global options, before the command or after it. */
export function globalsOf(command: Command): Globals {
  const globals: Globals = { output: 'text', ...command.optsWithGlobals<Partial<Globals>>() };
  return globals.practice ? onPractice({ ...globals, practice: false }) : globals;
}

/** The same on the practice cluster, with its own records. */
export function onPractice(globals: Globals): Globals {
  if (globals.practice) return globals;
  return { ...globals, practice: true, stateDir: practiceFolder(process.env, globals.stateDir) };
}

export interface RunOptions {
  readonly param?: readonly string[];
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly cluster?: string;
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Options of every command that carries out a runbook. */
export function withRunOptions(command: Command): Command {
  return withAnswers(
    command.option('-p, --param <key=value>', 'a parameter of the runbook; may be given several times', collect),
  );
}

/** Of those too that take up a run: its parameters are what they were. */
export function withAnswers(command: Command): Command {
  return command
    .option('--dry-run', 'show the plan, write nothing')
    .option('--yes', 'answer the gates with yes, for the cluster named by --cluster')
    .option('--cluster <namespace/name>', 'the Galera cluster that --yes is meant for');
}
