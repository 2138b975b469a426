import { kubernetesPorts, type Ports } from '../../src/commands/ports.ts';
import type { TargetConfig } from '../../src/target/config.ts';
import type { Ground, Poke, Volume } from '../contract/ground.ts';
import {
  accounts,
  backupClaimName,
  backupVolumePath,
  cutLink,
  inLab,
  killMember,
  kubeconfig,
  memberVolumePath,
  names,
  restoreLink,
  sql,
} from '../lab/lab.ts';
import { flipBit } from './archives.ts';
import { signalPods } from './processes.ts';
import { userWith } from './rights.ts';

const config: TargetConfig = {
  name: 'lab',
  flavour: 'statefulset',
  namespace: names.namespace,
  cluster: names.cluster,
  statefulset: names.statefulSet,
  container: names.container,
  service: names.service,
  account: { user: 'root', secret: accounts.root.secret, key: 'password' },
  bootstrap: 'grastate',
  backups: { claim: backupClaimName('small'), keep: 7 },
};

/** The lab as the ground of a contract. */
export async function labGround(): Promise<Ground & { close(): Promise<void> }> {
  const portsOf = (path: string): Promise<Ports> =>
    kubernetesPorts(config, { output: 'text', kubeconfig: path }, process.env, () => undefined);
  const ports = await portsOf(kubeconfig());
  const reader = await userWith('contract-reader', 'reader');
  const readOnly = await portsOf(reader.kubeconfig);
  return {
    config,
    ports,
    readOnly,
    poke,
    close: async () => {
      await ports.close();
      await readOnly.close();
      await reader.remove();
    },
  };
}

const pathOf = (volume: Volume) => (volume === 'backups' ? backupVolumePath('small') : memberVolumePath(volume));
/** The archive of a backup, proven or not, and where it is kept while it is spoiled. */
const archiveOf = async (id: string) => `${await backupVolumePath('small')}/${names.cluster}/${id}*/backup.mbstream.*`;
const keptAs = '/tmp/galera-runbook-contract-archive';

const poke: Poke = {
  insert: async (member, rows) =>
    void (await sql(member, `use shop; insert into ticks (at) select now(6) from seq_1_to_${rows}`)),
  killMember: (member) => killMember(member),
  async killJob(name) {
    if ((await signalPods(name, 'KILL')) === 0) throw new Error(`no process of Job ${name}`);
  },
  async fill(volume, leaveBytes) {
    const path = await pathOf(volume);
    await inLab(`fallocate -l $(($(df -B1 --output=avail '${path}' | tail -n 1) - ${leaveBytes})) '${path}/filler'`);
  },
  drain: async (volume) => void (await inLab(`rm -f '${await pathOf(volume)}/filler'`)),
  truncate: async (id) => await spoil(id, `truncate -s "$(($(stat -c %s "$file") / 2))" "$file"`),
  flip: async (id) => await spoil(id, flipBit('$file')),
  mend: async (id) =>
    void (await inLab(`set -e; for file in ${await archiveOf(id)}; do cat ${keptAs} > "$file"; done; rm ${keptAs}`)),
  foreign: async (member, uuid) =>
    void (await inLab(`sed -i 's/^uuid: .*/uuid:    ${uuid}/' '${await memberVolumePath(member)}/grastate.dat'`)),
  async workFolders(member) {
    const found = await inLab(`cd '${await memberVolumePath(member)}' && ls -d galera_runbook_* 2> /dev/null || true`);
    return found.split('\n').filter((name) => name !== '');
  },
  cutConnection: () => cutLink('silent'),
  mendConnection: () => restoreLink(),
};

async function spoil(id: string, command: string): Promise<void> {
  await inLab(`set -e; for file in ${await archiveOf(id)}; do cat "$file" > ${keptAs}; ${command}; done`);
}
