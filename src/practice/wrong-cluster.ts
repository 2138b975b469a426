import { command, happens, remember, say } from './acts.ts';
import { backups, healthy, leaseFree, rowsAsBefore, served } from './endings.ts';
import type { Scenario } from './scenario.ts';

export const wrongCluster: Scenario = {
  name: 'wrong-cluster',
  summary: 'the command was meant for another cluster, twice',
  document: [
    'It is 03:00, three terminals are open, and the command goes into the wrong one. The first time --cluster names another cluster than the target. The second time the name fits, but the database behind it says that it is another one: the kubeconfig points somewhere else.',
    'Names are not enough: what --cluster says, the UIDs of the Kubernetes objects and what the members call themselves have to agree. Both times the answer is no before anything has changed, and it says what was expected and what was found.',
  ],
  acts: () => [
    remember,
    command('backup --yes --cluster openstack/production', [4]),
    happens('behind the same names stands another database', { do: 'rename-cluster', cluster: 'production' }),
    command('backup', [4, 10]),
    happens('the right one again', { do: 'rename-cluster', cluster: 'practice' }),
    say('On the right cluster the same command works.'),
    command('backup'),
  ],
  ending: [healthy, served, rowsAsBefore, backups(1), leaseFree],
};
