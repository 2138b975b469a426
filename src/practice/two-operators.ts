import { command, happens, remember, say, time } from './acts.ts';
import { backups, healthy, leaseFree, rowsAsBefore, served } from './endings.ts';
import type { Scenario } from './scenario.ts';

export const twoOperators: Scenario = {
  name: 'two-operators',
  summary: 'a colleague on another bastion is at work on the same cluster',
  document: [
    'A colleague has begun a run from another bastion and has told nobody. Both of you have the right to do it, and two runs on one cluster would undo each other.',
    'One lease in the cluster is for one run. Yours is refused with the name of who holds it, and nothing was changed. A lease is never taken because its time looks old: clocks differ. When the colleague is done the same command works.',
  ],
  acts: () => [
    remember,
    happens('sre2 on bastion-2 begins a run', { do: 'hold-lease', holder: 'sre2@bastion-2/4711', run: 'm4n6p8' }),
    command('status'),
    command('backup', [11]),
    time('some minutes later', 4 * 60_000),
    happens("sre2's run ends", { do: 'release-lease' }),
    say('Now it is your turn.'),
    command('backup'),
  ],
  ending: [healthy, served, rowsAsBefore, backups(1), leaseFree],
};
