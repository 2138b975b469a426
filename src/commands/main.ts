import { basename } from 'node:path';
import { Command, CommanderError } from 'commander';
import { program as programName } from '../actions/program.ts';
import { FailureError } from '../base/failure.ts';
import type { Way } from '../engine/event.ts';
import { exitOfFailure, exits } from '../engine/exit-code.ts';
import { formatProblem, suggest } from '../runbook/problem.ts';
import {
  type Globals,
  globalsOf,
  onPractice,
  type RunOptions,
  withAnswers,
  withGlobals,
  withRunOptions,
} from './globals.ts';
import { outliveTerminal, talk, tellFailure } from './output.ts';
import { parameterTexts } from './parameter-texts.ts';

/** The command line of design §7. Every command is loaded when it is called: `--help` waits for nothing. */
export function commandLine(done: (exit: number) => void, name = ownName): Command {
  const root = withGlobals(new Command(name))
    .description(
      'Backs up and restores a Galera cluster from executable runbooks: checks first, asks before it acts, keeps a transcript.',
    )
    .version(programName.split(' ').at(-1) ?? '', '-V, --version')
    .showHelpAfterError(`(${name} --help)`)
    .configureHelp({ sortSubcommands: false })
    .exitOverride()
    .addHelpText('after', examples.replaceAll(`  ${ownName} `, `  ${name} `));
  const act = (command: Command, run: (globals: Globals, ...args: string[]) => Promise<number>) =>
    withGlobals(command)
      .exitOverride()
      .action(async (...args: unknown[]) => {
        const texts = args.filter((arg) => typeof arg === 'string');
        done(await run(globalsOf(command), ...texts));
      });
  const group = (name: string, says: string) => root.command(name).description(says).exitOverride();
  const options = (command: Command) => command.opts() as RunOptions;

  root.action(async () => {
    const [unknown] = root.args;
    if (unknown !== undefined) {
      const meant = suggest(unknown, new Set(root.commands.map((command) => command.name())));
      root.error(`error: unknown command '${unknown}'${meant === undefined ? '' : `\n(${meant})`}`);
    }
    const globals = globalsOf(root);
    const { isForScreens } = await import('./for-screens.ts');
    done(
      isForScreens(globals.plain === true)
        ? await (await import('./tui.ts')).tui(globals)
        : await (await import('./status.ts')).status(globals, {}),
    );
  });

  const status = root
    .command('status')
    .description('Galera cluster, members, backups, runs and debts; exit 10 when it is not well')
    .option('--watch [seconds]', 'again and again, every so many seconds (default 2)')
    .option('--max-age <duration>', 'exit 3 when the newest good backup is older, e.g. 26h');
  act(status, async (globals) => (await import('./status.ts')).status(globals, status.opts()));

  const runbooks = group('runbooks', 'the documents that can be run');
  act(runbooks.command('list').description('all of them, with their greatest danger'), async (g) =>
    (await import('./runbooks.ts')).listAll(g),
  );
  act(runbooks.command('show <runbook>').description('the document, as it is'), async (g, name = '') =>
    (await import('./runbooks.ts')).show(g, name),
  );
  act(
    runbooks.command('validate [runbook...]').description('every problem with line and column; without names: all'),
    async (g) => {
      const names = runbooks.commands.find((c) => c.name() === 'validate')?.args ?? [];
      return (await import('./runbooks.ts')).validate(g, names);
    },
  );

  const carryOut = (
    command: Command,
    act_: (globals: Globals, options: RunOptions, args: readonly string[]) => Promise<number>,
  ) => act(withRunOptions(command), async (globals, ...args) => act_(globals, options(command), args));
  const run = async (g: Globals, name: string, o: RunOptions, more: { readonly [name: string]: string } = {}) =>
    (await import('./run-runbook.ts')).runRunbook(g, name, o, { ...parameterTexts(o.param), ...more });

  carryOut(root.command('run <runbook>').description('carry out a runbook, by name or by path'), (g, o, [name = '']) =>
    run(g, name, o),
  );
  carryOut(root.command('backup').description('= run galera-backup'), (g, o) => run(g, 'galera-backup', o));

  const backups = group('backups', 'what can be restored');
  act(backups.command('list').description('as the index in the cluster knows them'), async (g) =>
    (await import('./backups.ts')).listBackups(g),
  );
  act(backups.command('show <backup>').description('manifest and proof of one'), async (g, id = '') =>
    (await import('./backups.ts')).showBackup(g, id),
  );
  carryOut(
    backups
      .command('verify [backup]')
      .description(
        'read the volume, compare it with the index, read one archive again and compare its checksums (default: latest)',
      ),
    (g, o, [id = 'latest']) => run(g, 'galera-verify', o, { backup: id }),
  );
  carryOut(
    backups
      .command('prune')
      .description('remove what the number to keep leaves over, and leftovers of broken copies; --dry-run names them'),
    (g, o) => run(g, 'galera-prune', o),
  );

  carryOut(
    root.command('restore <backup>').description('= run galera-restore -p backup=BACKUP; "latest" or an id'),
    (g, o, [id = '']) => run(g, 'galera-restore', o, { backup: id }),
  );
  carryOut(root.command('start').description('= run galera-start: a Galera cluster that is down'), (g, o) =>
    run(g, 'galera-start', o),
  );

  const runs = group('runs', 'what was done, what is owed');
  act(runs.command('list').description('all runs recorded on this machine'), async (g) =>
    (await import('./runs.ts')).listRuns(g),
  );
  act(runs.command('show <run>').description('one run: steps, failures, debts'), async (g, id = '') =>
    (await import('./runs.ts')).showRun(g, id),
  );
  const continued = (way: Way, says: string) => {
    const command = withAnswers(runs.command(`${way} <run>`)).description(says);
    act(command, async (g, id = '') => (await import('./continue-run.ts')).continueRun(g, id, way, options(command)));
  };
  continued(
    'resume',
    'go on with a run whose process died, or that stopped by itself; what was in doubt is looked at first. Refused when its way out has undone what the next steps need: then repair, or a new run',
  );
  continued('repair', 'pay what a run owes, or go on with it once data was replaced');
  continued('rollback', 'put back the data that a restore has set aside; asked of a person, never answered by --yes');
  continued('close', 'remove for ever what a run has set aside');

  const transcripts = group('transcript', 'the record that an auditor reads');
  act(transcripts.command('show <run>').description('"last" or a run'), async (g, id = '') =>
    (await import('./runs.ts')).showTranscript(g, id),
  );

  const practice = root
    .command('practice')
    .description(
      'rehearse on a simulated cluster: a scenario from its beginning, on the screens; with --plain line by line',
    )
    .option('--scenario <name>', 'which one; default: tour, the main job once')
    .option('--seed <number>', 'everything random in it follows from this; default: 1');
  act(practice, async (globals) => {
    const { isForScreens } = await import('./for-screens.ts');
    const { practice: play, practiceOnScreens } = await import('./practice.ts');
    const g = onPractice(globals);
    return isForScreens(g.plain === true) ? practiceOnScreens(g, practice.opts()) : play(g, practice.opts(), perform);
  });
  act(practice.command('list').description('the scenarios'), async () =>
    (await import('./practice.ts')).listScenarios(),
  );

  const init = root
    .command('init')
    .description('write a commented configuration from what is in the cluster')
    .option('--force', 'replace the file that is there');
  act(init, async (g) => (await import('./init.ts')).init(g, init.opts()));
  // Last: every command that is made later takes it over, and `restore A B` must not restore A.
  return root.allowExcessArguments(true);
}

const ownName = 'galera-runbook';

/** What people type, from the path that this was started by: `kubectl` finds its plugins by a file's name. */
export function calledAs(path: string | undefined): string {
  return basename(path ?? '', '.js') === 'kubectl-galera_runbook' ? `kubectl ${ownName}` : ownName;
}

const examples = `
Examples:
  galera-runbook status
  galera-runbook backup --dry-run
  galera-runbook backup --yes --cluster openstack/lab
  galera-runbook backups list
  galera-runbook restore latest --dry-run
  galera-runbook runs resume k7m2q9
  galera-runbook runs repair k7m2q9
  galera-runbook transcript show last
  galera-runbook practice
  galera-runbook status --practice

Exit codes: 0 done and verified; 1 failed; 2 usage; 3 done with warnings; 4 a check refused, nothing changed; 5 a gate was answered no;
10 the Galera cluster is not safe for this; 11 another run holds the lease; 130 interrupted and cleaned up; 131 a debt is open.`;

/** Parses, acts, and turns whatever went wrong into one clear error; gives the exit code. */
export async function main(args: readonly string[], path?: string): Promise<number> {
  outliveTerminal();
  return await perform(args, path);
}

async function perform(args: readonly string[], path?: string): Promise<number> {
  let exit: number = exits.done;
  try {
    await commandLine((code) => {
      exit = code;
    }, calledAs(path)).parseAsync(args as string[], { from: 'user' });
    return exit;
  } catch (thrown) {
    return await told(thrown);
  }
}

async function told(thrown: unknown): Promise<number> {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exits.done : exits.usage;
  // Late: what reads documents and configurations takes longer to load than most commands need.
  const [{ ConfigError }, { RunbookError }] = await Promise.all([
    import('../host/config-file.ts'),
    import('./load-runbook.ts'),
  ]);
  if (thrown instanceof ConfigError || thrown instanceof RunbookError) {
    for (const problem of thrown.problems) talk(formatProblem(problem));
  }
  if (thrown instanceof FailureError) {
    tellFailure(thrown.failure);
    return exitOfFailure(thrown.failure);
  }
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  talk(`galera-runbook: this is a defect of the program; the journal of the run has everything up to here\n${text}`);
  return exits.failed;
}
