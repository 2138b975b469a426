import { command, compare, happens, remember, say, time } from './acts.ts';
import { healthy, leaseFree, rowsAsBefore, served } from './endings.ts';
import type { Scenario } from './scenario.ts';

export const nonPrimary: Scenario = {
  name: 'non-primary',
  summary: 'two members died at once: the third has everything and serves nobody',
  document: [
    'Two of three mariadbd were killed in the same moment. The one that is left cannot know whether the two others go on without it, so it stops serving: non-Primary. The two come back, wait for a Primary Component that nobody forms, give up, and start again.',
    'Nothing is lost, and starting the wrong member first would lose it. `start` stops what waits, reads the position of every volume, starts the member that is ahead, and lets the others join.',
  ],
  acts: (draw) => {
    const left = draw(3);
    const dead = [0, 1, 2].filter((ordinal) => ordinal !== left).map((ordinal) => `mariadb-server-${ordinal}`);
    return [
      remember,
      happens(`${dead.join(' and ')} are killed at once`, { do: 'kill-processes', members: dead }),
      time('a minute later', 60_000),
      command('status', [10]),
      command('backup', [10]),
      say('No restore: every row is there. The cluster has to be started by the member that is ahead.'),
      command('start'),
      compare,
      command('status'),
    ];
  },
  ending: [healthy, served, rowsAsBefore, leaseFree],
};
