import { fail } from '../base/failure.ts';
import { type Config, configPath, loadConfig } from '../host/config-file.ts';
import { suggest } from '../runbook/problem.ts';
import type { TargetConfig } from '../target/config.ts';
import type { Globals } from './globals.ts';

export async function readConfiguration(globals: Globals, env: NodeJS.ProcessEnv): Promise<Config> {
  return await loadConfig(configPath(env, globals.config));
}

/** The target that the options name, with what they override. With one target, `--target` may be left out. */
export async function chooseTarget(globals: Globals, env: NodeJS.ProcessEnv): Promise<TargetConfig> {
  const { targets, path } = await readConfiguration(globals, env);
  const chosen = pick(targets, globals.target, path);
  return {
    ...chosen,
    ...(globals.context === undefined ? {} : { context: globals.context }),
    ...(globals.namespace === undefined ? {} : { namespace: globals.namespace }),
  };
}

function pick(targets: readonly TargetConfig[], wanted: string | undefined, path: string): TargetConfig {
  const names = targets.map((target) => target.name);
  const [only, ...others] = targets;
  if (wanted === undefined) {
    if (only && others.length === 0) return only;
    return fail(
      'usage',
      'one target',
      only ? `${names.length} in ${path}: ${names.join(', ')}` : `none in ${path}`,
      only ? 'name one with --target' : 'write one with galera-runbook init',
    );
  }
  const found = targets.find((target) => target.name === wanted);
  return (
    found ??
    fail(
      'usage',
      `a target ${wanted} in ${path}`,
      names.join(', ') || 'none',
      suggest(wanted, new Set(names)) ?? 'correct --target',
    )
  );
}
