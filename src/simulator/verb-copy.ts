import type { JsonObject } from '../base/json.ts';
import { contentHash } from './dataset.ts';
import { change, groupOf, queueOf, runningData } from './groups.ts';
import { again, down, type Shell } from './shell.ts';
import { after, type VerbScript } from './stages.ts';
import { type Member, namespace } from './world.ts';

const mebibyte = 1024 ** 2;
const copyBytesPerSecond = 160 * mebibyte;
/** What zstd makes of the data. */
const packed = 0.3;
export const archiveName = 'backup.mbstream.zst';
export const serverVersion = '10.11.19-MariaDB-log';

const partialOf = (shell: Shell) => `${shell.value('BACKUPS')}/${shell.value('ID')}.partial`;
const seconds = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** The server at HOST; it answers only while it takes SQL. */
function server(shell: Shell): Member | undefined {
  const { world } = shell;
  const host = shell.value('HOST');
  const pod = Object.values(world.objects).find(
    (each) => each.kind === 'Pod' && each.metadata.namespace === namespace && each.status?.podIP === host,
  );
  const member = pod && world.members[pod.metadata.name];
  return member?.phase === 'up' && !world.faults.silent.includes(member.pod) ? member : undefined;
}

function answering(shell: Shell): Member {
  const member = server(shell);
  if (member !== undefined) return member;
  const heard = shell.kept('heard', shell.world.now);
  if (shell.world.now - heard > 60_000)
    shell.fail(`${shell.value('HOST')} to answer`, 'no answer for 60 s', 'look at the member; then run the step again');
  return { state: 0, desync: true, desyncedBy: 0, pod: '' } as Member;
}

function count(member: Member): number {
  return member.desyncedBy + (member.desync ? 1 : 0);
}

const isBack = (shell: Shell, member: Member) => member.state === 4 && count(member) === shell.number('DESYNC_COUNT');

function begin(shell: Shell): void {
  const { world } = shell;
  const [host, user, datadir] = [shell.value('HOST'), shell.value('USER'), shell.value('DATADIR')];
  const member = server(shell);
  const data = member && runningData(world, member);
  if (!member || data?.passwords[user] !== shell.password()) {
    const says = member
      ? `ERROR 1045 (28000): Access denied for user '${user}'`
      : `ERROR 2002 (HY000): Can't connect to server on '${host}'`;
    shell.fail(`${user} to read the status of ${host}`, says, 'look at the account and its Secret, and at the member');
  }
  if (datadir.replace(/\/$/, '') !== '/var/lib/mysql')
    shell.fail(
      'the volume mounted where the server has its data, /var/lib/mysql',
      datadir,
      'set "data-directory" in the configuration to where the server has it',
    );
  const mine = /^my_uuid: *(\S+)/m.exec(shell.text(`${datadir}/gvwstate.dat`) ?? '')?.[1];
  if (mine !== member.gcommUuid)
    shell.fail(
      `the server at ${host} to be the one that runs on this volume (${member.gcommUuid})`,
      `gvwstate.dat there: ${mine ?? 'none'}`,
      'plan again; with pc.recovery=false Galera writes no such file and a backup is not possible',
    );
  const group = groupOf(world, member.pod);
  if (!group?.primary || member.desync || !isBack(shell, member))
    shell.fail(
      `${host} Primary, Synced, wsrep_desync OFF, wsrep_desync_count ${shell.value('DESYNC_COUNT')}`,
      `${group?.primary ? 'Primary' : 'non-Primary'}, ${member.state === 4 ? 'Synced' : 'Donor/Desynced'}, wsrep_desync ${member.desync ? 'ON' : 'OFF'}, count ${count(member)}`,
      'find out who desynced it; then run the step again',
    );
  shell.remove(partialOf(shell));
  const total = shell.data(datadir);
  shell.progress('copy', 0, total, true);
  const percent = shell.number('ARCHIVE_PERCENT') || 100;
  shell.requireRoom(shell.value('BACKUPS'), (total * percent) / 100, `an archive of ${percent} % of the data`);
  shell.keep('total', total);
  shell.keep('size', group.members.length);
  shell.keep('member', member.pod);
  shell.keep('since', world.now);
  shell.print('wsrep_desync: this Job turns it ON');
  change(world, member.pod, { desync: true });
  shell.keep('ours', true);
  shell.put(partialOf(shell), { dir: {} });
}

/** What an earlier start has finished already. */
function finished(shell: Shell): JsonObject | undefined {
  for (const folder of [partialOf(shell), `${shell.value('BACKUPS')}/${shell.value('ID')}`]) {
    const text = shell.text(`${folder}/copied.json`);
    if (text) return JSON.parse(text) as JsonObject;
  }
  return undefined;
}

function watch(shell: Shell, share: number): void {
  const total = shell.kept('total', 0);
  shell.progress('copy', total * share, total);
  const bytes = Math.floor(total * packed * share);
  if (bytes > shell.free(partialOf(shell)) + shell.size(partialOf(shell))) noSpace(shell);
  shell.put(`${partialOf(shell)}/${archiveName}`, { bytes });
  shell.aboveFloor(shell.value('BACKUPS'));
  const member = server(shell);
  if (member === undefined) return;
  const size = groupOf(shell.world, member.pod)?.members.length ?? 0;
  const before = shell.kept('size', 0);
  if (size < before)
    shell.fail(
      `${before} members while one of them is desynced`,
      String(size),
      'get the cluster well; then run the step again',
    );
  if (!member.desync)
    shell.fail(
      `${shell.value('HOST')} desynced until the copy is done`,
      'wsrep_desync is OFF: someone turned it off, or the server was restarted',
      'find out why; then run the step again',
    );
}

function noSpace(shell: Shell): never {
  return shell.fail(
    'mariadb-backup, zstd, tee and sha256 to end with 0, and completed OK! in the log',
    `they ended with 1 1 1 0; ${down(shell.free(partialOf(shell)))} free; mariadb-backup: Error writing file (Errcode: 28 "No space left on device")`,
    again,
  );
}

/** BACKUP STAGE: nothing is applied for a moment, and the copy is of this moment. */
function hold(shell: Shell, on: boolean): void {
  const pod = shell.kept('member', '');
  const member = shell.world.members[pod];
  if (member === undefined || member.paused === on) return;
  change(shell.world, pod, { paused: on, desyncedBy: Math.max(0, member.desyncedBy + (on ? 1 : -1)) });
}

function archive(shell: Shell): void {
  const member = server(shell);
  const dataset = member && runningData(shell.world, member);
  if (!member || !dataset) {
    shell.fail(
      'mariadb-backup, zstd, tee and sha256 to end with 0, and completed OK! in the log',
      'they ended with 1 0 0 0; lost connection to the server',
      again,
    );
  }
  hold(shell, false);
  const total = Math.max(shell.kept('total', 0), shell.data(shell.value('DATADIR')));
  const sha256 = contentHash(dataset, shell.number('STARTED') || total);
  const partial = partialOf(shell);
  shell.put(`${partial}/${archiveName}`, { bytes: Math.floor(total * packed), dataset, sha256 });
  shell.write(
    `${partial}/mariadb-backup.log`,
    `[00] ${seconds(shell.world.now).replace('T', ' ').replace('Z', '')} completed OK!\n`,
  );
  shell.keep('total', total);
  shell.keep('sha256', sha256);
  shell.keep('position', { uuid: dataset.uuid, seqno: String(dataset.seqno) });
  shell.keep('positionAt', seconds(shell.world.now));
  shell.progress('copy', total, total, true);
}

function result(shell: Shell): JsonObject {
  const total = shell.kept('total', 0);
  const position = shell.kept<JsonObject>('position', {});
  const lsn = String(40_000_000 + Number(position.seqno) * 512);
  return {
    bytes: Math.floor(total * packed),
    sha256: shell.kept('sha256', ''),
    file: archiveName,
    compression: 'zstd',
    dataBytes: total,
    position,
    positionAt: shell.kept('positionAt', ''),
    lsn: { from: '0', to: lsn, last: String(Number(lsn) + 9) },
    serverVersion,
    toolVersion: '10.11.19-MariaDB',
    startedAt: shell.value('STARTED'),
    endedAt: seconds(shell.world.now),
    desyncedMs: shell.world.now - shell.kept('since', 0),
  };
}

const isShort = (shell: Shell, queue: number) => queue === 0 || queue < shell.number('QUEUE_LIMIT');

/** With a long queue it stays, and is said: turned off it would make the whole cluster wait. */
function giveBack(shell: Shell, pod: string): void {
  const queue = queueOf(shell.world, pod);
  if (isShort(shell, queue)) change(shell.world, pod, { desync: false });
  else shell.print(`wsrep_desync stays ON on ${shell.value('HOST')}: its queue is ${queue}`);
}

export const copy: VerbScript = {
  stages: {
    start: after(300, (shell) => {
      const done = finished(shell);
      if (done !== undefined) {
        shell.succeed(done);
        return undefined;
      }
      begin(shell);
      return 'desync';
    }),
    desync: after(200, (shell) => (answering(shell).state === 2 ? 'copy' : 'desync')),
    copy: {
      begin: (shell) => shell.takes(shell.kept('total', 0), copyBytesPerSecond),
      during: watch,
      end: (shell) => {
        hold(shell, true);
        return 'hold';
      },
    },
    hold: after(400, (shell) => {
      archive(shell);
      return 'drain';
    }),
    drain: after(500, (shell) => {
      const total = shell.kept('total', 0);
      shell.progress('drain', total, total);
      const member = answering(shell);
      if (member.pod === '') return 'drain';
      const queue = queueOf(shell.world, member.pod);
      const calm = isShort(shell, queue) ? shell.kept('calm', 0) + 1 : 0;
      shell.keep('calm', calm);
      if (calm < 3) return 'drain';
      change(shell.world, member.pod, { desync: false });
      shell.keep('ours', false);
      return 'back';
    }),
    back: after(100, (shell) => {
      if (!isBack(shell, answering(shell))) return 'back';
      const done = result(shell);
      shell.write(`${partialOf(shell)}/copied.json`, JSON.stringify(done));
      shell.succeed(done);
      return undefined;
    }),
  },
  cleanup(shell) {
    const pod = shell.kept('member', '');
    if (shell.kept('ours', false) && server(shell)?.pod === pod) giveBack(shell, pod);
    shell.remove(partialOf(shell));
  },
  vanish: (shell) => hold(shell, false),
};
