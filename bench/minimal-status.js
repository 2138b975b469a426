// What `status` reads, by a script as short as it can be with the same two libraries: no checks, no deadlines, nothing shown but numbers.
// Plain JavaScript, so that taking types away is not counted against it.
import { Duplex, PassThrough } from 'node:stream';
import {
  AppsV1Api,
  CoordinationV1Api,
  CoreV1Api,
  DiscoveryV1Api,
  KubeConfig,
  PortForward,
} from '@kubernetes/client-node';
import mysql from 'mysql2/promise';

const [namespace, name, service] = ['openstack', 'mariadb-server', 'mariadb'];
const config = new KubeConfig();
config.loadFromDefault();
const [apps, core, discovery, leases] = [AppsV1Api, CoreV1Api, DiscoveryV1Api, CoordinationV1Api].map((api) =>
  config.makeApiClient(api),
);
const index = { namespace, labelSelector: 'app.kubernetes.io/managed-by=galera-runbook' };
const [pods, claims] = await Promise.all([
  core.listNamespacedPod({ namespace }),
  core.listNamespacedPersistentVolumeClaim({ namespace }),
  core.readNamespace({ name: 'kube-system' }),
  apps.readNamespacedStatefulSet({ namespace, name }),
  core.readNamespacedService({ namespace, name: service }),
  discovery.listNamespacedEndpointSlice({ namespace, labelSelector: `kubernetes.io/service-name=${service}` }),
  core.listNamespacedConfigMap(index),
  leases.readNamespacedLease({ namespace, name: `galera-runbook-${name}` }).catch(() => undefined),
]);
const secret = await core.readNamespacedSecret({ namespace, name: 'mariadb-root' });
const password = Buffer.from(secret.data.password, 'base64').toString();
await Promise.all(claims.items.map(({ spec }) => core.readPersistentVolume({ name: spec.volumeName })));

async function read(pod) {
  const [to, from] = [new PassThrough(), new PassThrough()];
  const socket = await new PortForward(config).portForward(namespace, pod, [3306], from, null, to);
  const stream = Object.assign(Duplex.from({ writable: to, readable: from }), { setNoDelay() {}, setKeepAlive() {} });
  const connection = await mysql.createConnection({ stream, user: 'root', password });
  const [status] = await connection.query("SHOW GLOBAL STATUS LIKE 'wsrep\\_%'");
  const [variables] = await connection.query("SHOW GLOBAL VARIABLES LIKE 'wsrep%'");
  connection.destroy();
  socket.close();
  return `${pod} ${status.length} ${variables.length}`;
}

const members = pods.items.filter(({ metadata }) => metadata.name.startsWith(`${name}-`));
const lines = await Promise.all(members.map(({ metadata }) => read(metadata.name)));
process.stdout.write(`${lines.join('\n')}\n`);
process.exit(0);
