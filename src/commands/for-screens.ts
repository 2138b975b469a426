/** Whether `galera-runbook` without a command opens the screens: not without a terminal, on a dumb one, for a screen reader, or when told not to. */
export function isForScreens(
  plain: boolean,
  env: NodeJS.ProcessEnv = process.env,
  terminal: boolean = process.stdin.isTTY === true && process.stdout.isTTY === true,
): boolean {
  const dumb = env.TERM === undefined || env.TERM === '' || env.TERM === 'dumb';
  const reader = (env.ACCESSIBLE ?? '') !== '' || env.INK_SCREEN_READER === 'true';
  return terminal && !dumb && !reader && !plain && !env.CI;
}
