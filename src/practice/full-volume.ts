import { backupClaim, command, happens, looms, remember, say, time } from './acts.ts';
import { backups, healthy, leaseFree, rowsAsBefore, served } from './endings.ts';
import type { Scenario } from './scenario.ts';

export const fullVolume: Scenario = {
  name: 'full-volume',
  summary: 'the backup volume fills up in the middle of a copy',
  document: [
    'There was room when the backup was planned and when its Job began. Then something else wrote on the same volume, and in the middle of the copy the free space went below the reserve.',
    'The Job notices, stops itself, removes what it wrote and puts the donor back: no member stays desynced, no half archive is listed, and the older backups are as they were. Once there is room again the next backup is an ordinary one.',
  ],
  acts: () => [
    remember,
    looms('something else writes on the backup volume while the copy runs', {
      when: { verb: 'copy', stage: 'copy', afterMs: 2000 },
      command: { do: 'fill-volume', claim: backupClaim, leaveBytes: 40 * 1024 ** 2 },
    }),
    command('backup', [1]),
    command('status'),
    happens('somebody makes room on the backup volume', {
      do: 'fill-volume',
      claim: backupClaim,
      leaveBytes: 15 * 1024 ** 3,
    }),
    time('some minutes later', 4 * 60_000),
    say('With room again:'),
    command('backup'),
    command('backups list'),
  ],
  ending: [healthy, served, rowsAsBefore, backups(1), leaseFree],
};
