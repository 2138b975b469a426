import { type Block, cursorOf, focusOf, type Screen } from './screen.ts';
import { backupsScreen } from './screen-backups.ts';
import { dashboard } from './screen-dashboard.ts';
import { parametersScreen } from './screen-parameters.ts';
import { runScreen } from './screen-run.ts';
import { runbooksScreen } from './screen-runbooks.ts';
import { runsScreen } from './screen-runs.ts';
import { targetsScreen } from './screen-targets.ts';
import type { ScreenName } from './state.ts';
import type { View } from './view.ts';

/** Screens that have a cursor. Texts scroll. */
const withCursor: { readonly [N in ScreenName]?: Screen } = {
  dashboard,
  runbooks: runbooksScreen,
  backups: backupsScreen,
  runs: runsScreen,
  run: runScreen,
  parameters: parametersScreen,
  targets: targetsScreen,
};

/** The blocks of the screen that is shown which have something in them: what `tab` goes round. */
export function blocksHere(view: View): readonly Block[] {
  return (withCursor[view.state.ui.screen]?.blocks(view) ?? []).filter(({ ids }) => ids.length > 0);
}

/** What the keys are about. */
export function cursorHere(view: View): { readonly block: string; readonly id: string } | undefined {
  const block = focusOf(view.state, blocksHere(view));
  const id = block === undefined ? undefined : cursorOf(view.state, block);
  return block === undefined || id === undefined ? undefined : { block: block.name, id };
}
