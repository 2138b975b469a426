import { command, compare, first, happens, remember, say, time } from './acts.ts';
import { backups, healthy, leaseFree, rowsAsBefore, served } from './endings.ts';
import type { Scenario } from './scenario.ts';

export const tour: Scenario = {
  name: 'tour',
  summary: 'the main job once: status, a backup, a loss, a restore, the rows compared',
  document: [
    'A shop keeps its orders in a Galera cluster of three members on Kubernetes, and its clients write all the time. You take a backup while it serves. Then somebody deletes rows and drops a table, and Galera replicates the loss to every member at once: three copies are no backup.',
    'Watch what a backup asks before it begins, that it takes one member out of flow control and puts it back, and that a restore unpacks and proves the data on every member before it stops anything. At the end every row is compared on every member.',
  ],
  acts: () => [
    command('status'),
    remember,
    say('A backup, from a member that serves no clients while it is copied.'),
    command('backup'),
    time('a quarter of an hour later', 15 * 60_000),
    happens(
      'somebody deletes every third order and drops the table of customers',
      { do: 'sql', member: first, statement: { kind: 'delete', table: 'shop.orders', rows: 61_408 } },
      { do: 'sql', member: first, statement: { kind: 'drop', table: 'shop.customers' } },
      { do: 'sql', member: first, statement: { kind: 'create', table: 'shop.added', rows: 1, bytes: 65_536 } },
    ),
    compare,
    say(
      'The loss is on every member. The backup goes back on all of them; the database is down from "cut" to "traffic".',
    ),
    command('restore latest'),
    compare,
    command('status'),
  ],
  ending: [healthy, served, rowsAsBefore, backups(1), leaseFree],
};
