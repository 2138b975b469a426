import { exits } from '../../src/engine/exit-code.ts';
import { table } from './markdown.ts';

const meanings: { readonly [Name in keyof typeof exits]: string } = {
  done: 'done and verified',
  failed: 'failed',
  usage: 'usage; a missing `--cluster` too',
  warned: 'done with warnings; in `status --max-age`: the newest good backup is older',
  refused: 'a check refused, nothing changed; a wrong `--cluster` too',
  answeredNo: 'a gate was answered no, or its input ended',
  unsafe: 'the Galera cluster is not safe for this; in `status`: not well',
  held: 'another run holds the lease',
  interrupted: 'interrupted and cleaned up',
  owes: 'a debt is open; the last line is the command that repairs it',
};

export function exitCodeTable(): string {
  const rows = Object.entries(exits).map(([name, code]) => [String(code), meanings[name as keyof typeof exits]]);
  return table(['exit', 'meaning'], rows);
}
