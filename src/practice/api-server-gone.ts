import { command, looms, remember, say } from './acts.ts';
import { backups, healthy, leaseFree, rowsAsBefore, served } from './endings.ts';
import type { Scenario } from './scenario.ts';

export const apiServerGone: Scenario = {
  name: 'api-server-gone',
  summary: 'the API server goes away in the middle of a copy, and comes back',
  document: [
    'Two seconds into the copy the API server stops answering, and with it goes every way to the members. The Job does not need it: it goes on inside the cluster, and nobody can see how far it is.',
    'No answer is neither a yes nor a no. The run waits, finds the same Job again when the API server is back, and takes its result. Nothing is started twice.',
  ],
  acts: (draw) => {
    const forMs = 15_000 + draw(10) * 1000;
    return [
      remember,
      looms(`the API server will be gone for ${forMs / 1000} s`, {
        when: { verb: 'copy', stage: 'copy', afterMs: 2000 },
        command: { do: 'api', up: false, forMs },
      }),
      command('backup'),
      say('The same Job, and one backup:'),
      command('backups list'),
      command('status'),
    ];
  },
  ending: [healthy, served, rowsAsBefore, backups(1), leaseFree],
};
