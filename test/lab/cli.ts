/** The lab by hand: `node test/lab/cli.ts COMMAND`; the npm scripts `lab:*` are these. */
import { parseArgs } from 'node:util';
import { type BackupClaim, galeraDown, galeraUp, type Layout, labDown, labStatus, labUp, sql } from './lab.ts';

const usage = `usage: cli.ts up [--fresh] [--galera] | down | status | sql MEMBER STATEMENT | galera-down [-n NAMESPACE]
       cli.ts galera-up [-n NAMESPACE] [--layout root|folder] [--pods Parallel|OrderedReady] [--backups shared,small,local,moves,unbound]
`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    fresh: { type: 'boolean', default: false },
    galera: { type: 'boolean', default: false },
    namespace: { type: 'string', short: 'n', default: 'openstack' },
    layout: { type: 'string', default: 'root' },
    pods: { type: 'string', default: 'Parallel' },
    backups: { type: 'string', default: 'shared' },
  },
});
const [command, ...rest] = positionals;
const namespace = values.namespace;
const begin = Date.now();
const say = (line: string) => process.stdout.write(`${line}\n`);
const took = (what: string) => say(`${what} (${((Date.now() - begin) / 1000).toFixed(1)} s)`);

const up = () =>
  galeraUp({
    namespace,
    layout: values.layout as Layout,
    podManagement: values.pods as 'Parallel' | 'OrderedReady',
    backups: values.backups.split(',').filter((claim) => claim !== '') as BackupClaim[],
  });

switch (command) {
  case 'up':
    await labUp({ fresh: values.fresh, show: true });
    took('Three Kubernetes nodes are Ready.');
    if (values.galera) {
      await up();
      took('Three Galera members are Synced.');
    }
    break;
  case 'down':
    await labDown();
    took('The lab is down.');
    break;
  case 'status':
    for (const line of await labStatus()) say(line);
    break;
  case 'galera-up':
    await up();
    took('Three Galera members are Synced.');
    break;
  case 'galera-down':
    await galeraDown({ namespace });
    took(`Namespace ${namespace} and its volumes are empty.`);
    break;
  case 'sql':
    for (const row of await sql(Number(rest[0]), rest[1] ?? '', { namespace })) say(row.join('\t'));
    break;
  default:
    process.stderr.write(usage);
    process.exitCode = 2;
}
