import type { Screen } from './screen.ts';
import { backupsScreen } from './screen-backups.ts';
import { dashboard } from './screen-dashboard.ts';
import { helpScreen } from './screen-help.ts';
import { parametersScreen } from './screen-parameters.ts';
import { planScreen } from './screen-plan.ts';
import { runScreen } from './screen-run.ts';
import { runbooksScreen } from './screen-runbooks.ts';
import { runsScreen } from './screen-runs.ts';
import { targetsScreen } from './screen-targets.ts';
import { textScreen } from './screen-text.ts';
import type { ScreenName } from './state.ts';

/** Every screen by name. */
export const screens: { readonly [N in ScreenName]: Screen } = {
  dashboard,
  runbooks: runbooksScreen,
  backups: backupsScreen,
  runs: runsScreen,
  plan: planScreen,
  run: runScreen,
  help: helpScreen,
  text: textScreen,
  parameters: parametersScreen,
  targets: targetsScreen,
};
