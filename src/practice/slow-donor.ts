import { command, happens, last, remember, say } from './acts.ts';
import { backups, healthy, leaseFree, rowsAsBefore, served } from './endings.ts';
import type { Scenario } from './scenario.ts';

export const slowDonor: Scenario = {
  name: 'slow-donor',
  summary: 'the donor has a slow disk: its queue grows while it is copied',
  document: [
    "The donor's disk is slow today, and the clients write much. The copy takes minutes instead of seconds, and the donor, which is out of flow control meanwhile, falls far behind the others.",
    'The clients do not notice: that is what the desync is for. Putting the donor back too early would stop them all until it has caught up, so the Job waits until its receive queue is short, and only then is the backup over.',
  ],
  acts: (draw) => {
    const percent = 4 + draw(4);
    return [
      remember,
      happens(
        `the disk of ${last} gives ${percent} % of what it used to, and the clients write 40 rows a second`,
        { do: 'slow', claim: `mysql-data-${last}`, percent },
        { do: 'clients', perSecond: 40 },
      ),
      command('backup'),
      say('The copy is of the moment in which it ended, and the donor is back:'),
      command('status'),
    ];
  },
  ending: [healthy, served, rowsAsBefore, backups(1), leaseFree],
};
