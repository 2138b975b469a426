import { command, happens, remember, say, time } from './acts.ts';
import { backups, healthy, leaseFree, rowsAsBefore, served } from './endings.ts';
import type { Scenario } from './scenario.ts';

export const memberDown: Scenario = {
  name: 'member-down',
  summary: 'a Kubernetes node has no power: two members serve, and no backup is taken',
  document: [
    'One Kubernetes node lost its power, and one member of three went with it. The two others are more than half, so they stay Primary and the clients are served; but there is nothing left to lose.',
    'A backup would take one of the two out of flow control. Watch it refuse, and what it names as the reason. When the node is back its member takes what it lacks by itself: nothing has to be restored, and nothing started by hand.',
  ],
  acts: (draw) => {
    const node = `node${draw(3)}`;
    return [
      remember,
      happens(`${node} loses power`, { do: 'node-down', node }),
      time('half a minute later', 30_000),
      command('status', [10]),
      say('A backup of a limping cluster is refused, and nothing is changed.'),
      command('backup', [10]),
      happens(`${node} has power again`, { do: 'node-up', node }),
      time('a minute later', 60_000),
      command('status'),
      command('backup'),
    ];
  },
  ending: [healthy, served, rowsAsBefore, backups(1), leaseFree],
};
