import { command, compare, first, happens, remember, say } from './acts.ts';
import { healthy, leaseFree, noLeftovers, rowsAsBefore, served } from './endings.ts';
import type { Scenario } from './scenario.ts';

export const truncatedArchive: Scenario = {
  name: 'truncated-archive',
  summary: 'the newest archive was cut off after it was proven',
  document: [
    'Two backups were taken, read back and found good. Since then the volume has lost the end of the newer one, as a volume does after a bad repair. The index still calls it good: it knows what was true when the archive was read.',
    'A restore reads the archive before it stops anything, so it ends with the database up and untouched. `backups verify` marks the archive, and the older one, which is whole, brings the data back.',
  ],
  acts: (draw) => [
    remember,
    command('backup'),
    command('backup'),
    happens('the volume loses the end of the newest archive', {
      do: 'truncate-archive',
      backup: '{backup 2}',
      bytes: 50_000_000 + draw(200_000_000),
    }),
    happens('somebody drops the table of items', {
      do: 'sql',
      member: first,
      statement: { kind: 'drop', table: 'shop.items' },
    }),
    command('restore latest', [1]),
    say('The database was not touched, and nothing of the copy is left. What is the archive worth?'),
    command('backups verify', [1]),
    command('backups list'),
    command('restore {backup 1}'),
    compare,
  ],
  ending: [healthy, served, rowsAsBefore, noLeftoversButKept, leaseFree],
};

/** The restore has set the former data aside; nothing else may be left. */
function noLeftoversButKept(ended: Parameters<typeof noLeftovers>[0]): string | undefined {
  const left = noLeftovers(ended);
  return left === undefined || left.split('; ').length === 3 ? undefined : left;
}
