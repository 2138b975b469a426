import { command, compare, first, happens, remember, say, time } from './acts.ts';
import { backups, healthy, leaseFree, rowsAsBefore, served } from './endings.ts';
import type { Scenario } from './scenario.ts';

export const lostTable: Scenario = {
  name: 'lost-table',
  summary: 'a table was dropped before the newest backup: which one is the right one?',
  document: [
    'The table of payments is gone, and nobody knows since when. Backups are taken every hour, so the newest one may have been made after the table was dropped: restoring it would take the outage and bring nothing back.',
    'Look at the list of backups and at what each one holds before you choose. A restore takes an id as well as "latest", and its plan says which position it goes back to and how many transactions are lost.',
  ],
  acts: () => [
    remember,
    command('backup'),
    time('an hour later', 60 * 60_000),
    happens('a migration drops the table of payments; nobody notices', {
      do: 'sql',
      member: first,
      statement: { kind: 'drop', table: 'shop.payments' },
    }),
    time('some minutes later', 5 * 60_000),
    command('backup'),
    say('Now somebody notices. There are two backups; the newest has no payments.'),
    command('backups list'),
    compare,
    command('restore {backup 1}'),
    compare,
  ],
  ending: [healthy, served, rowsAsBefore, backups(2), leaseFree],
};
