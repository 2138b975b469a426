import type { VerbScript } from './stages.ts';
import { list, remove } from './verb-backups.ts';
import { copy } from './verb-copy.ts';
import { open } from './verb-open.ts';
import { bootstrap, measure, position } from './verb-position.ts';
import { prove } from './verb-prove.ts';
import { discard, swap, swapBack } from './verb-swap.ts';
import { unpack } from './verb-unpack.ts';

/** What each script of src/runner/scripts does, on values. */
export const verbs: { readonly [verb: string]: VerbScript } = {
  measure,
  copy,
  prove,
  list,
  remove,
  unpack,
  open,
  position,
  swap,
  'swap-back': swapBack,
  bootstrap,
  discard,
};
