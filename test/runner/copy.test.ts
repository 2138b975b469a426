import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { commandFolder, type Ended, plant, runVerb, startVerb, temporaryFolder } from './verb.ts';

const id = '20261121T050007Z';
const uuid = '727cb359-e5a0-11f1-a781-8b758b28e2fc';

interface Donor {
  readonly backups: string;
  readonly values: Readonly<Record<string, string>>;
  readonly commands: string;
  /** What the server is, as the stand-in for its client reads it. */
  readonly state: string;
  readonly set: (name: string, value: string) => void;
  readonly get: (name: string) => string;
  /** SET statements in order. */
  readonly asked: () => readonly string[];
}

const works = `
  echo data; echo more data
  printf 'backup_type = full-backuped\\nfrom_lsn = 0\\nto_lsn = 80\\nlast_lsn = 81\\n' > "$lsn/xtrabackup_checkpoints"
  printf 'tool_version = 10.11.19-MariaDB\\nend_time = 2026-11-21 05:00:09\\n' > "$lsn/xtrabackup_info"
  echo '[00] 2026-11-21 05:00:08 Writing Galera info succeeded with ${uuid.toUpperCase()}:4103391 0' >&2
  echo '[00] 2026-11-21 05:00:09 completed OK!' >&2`;

/** A member as the client and the tool see it: bash scripts in their place. */
function donor(tool = works): Donor {
  const state = temporaryFolder();
  const data = temporaryFolder();
  const backups = join(temporaryFolder(), 'lab');
  plant(data, { ibdata1: 'x'.repeat(10_000), 'gvwstate.dat': `my_uuid: ${uuid}\n#vwbeg\n` });
  const set = (name: string, value: string) => writeFileSync(join(state, name), value);
  const get = (name: string) => (existsSync(join(state, name)) ? readFileSync(join(state, name), 'utf8') : '');
  for (const [name, value] of Object.entries({
    desync: 'OFF',
    size: '3',
    queue: '0',
    datadir: data,
    gcomm: uuid,
    warning: '',
  }))
    set(name, value);
  const commands = commandFolder({
    mariadb: `
      cd '${state}'; sql="\${@: -1}"
      case $sql in
        *desync=ON*) [ "$(cat desync)" = OFF ] || echo "Warning 1231 already"; cat warning; echo "$sql" >> asked; echo ON > desync ;;
        *desync=OFF*) echo "$sql" >> asked; echo OFF > desync ;;
        *datadir*) cat datadir ;;
        *VERSION*) echo 10.11.19-MariaDB ;;
        *SHOW*)
          d=$(cat desync); on=$([ $d = ON ] && echo 1 || echo 0)
          printf '%s\\t%s\\n' wsrep_gcomm_uuid "$(cat gcomm)" wsrep_cluster_status Primary wsrep_cluster_size "$(cat size)" \\
            wsrep_local_state $([ $on = 1 ] && echo 2 || echo 4) wsrep_local_state_comment $([ $on = 1 ] && echo Donor/Desynced || echo Synced) \\
            wsrep_local_recv_queue "$(head -n 1 queue)" wsrep_desync_count $on wsrep_desync $d
          [ $(wc -l < queue) -lt 2 ] || sed -i 1d queue ;;
      esac`,
    'mariadb-backup': `
      for a; do case $a in --extra-lsndir=*) lsn=\${a#*=} ;; --defaults-extra-file=*) cat "\${a#*=}" > '${state}/options' ;; esac; done
      echo run >> '${state}/runs'
      ${tool}`,
    mbstream: 'cat > /dev/null',
  });
  const values = {
    HOST: '10.0.0.1',
    USER: 'root',
    DATADIR: data,
    BACKUPS: backups,
    ID: id,
    RESERVE: '1000',
    QUEUE_LIMIT: '14',
    DESYNC_COUNT: '0',
    STARTED: '2026-11-21T05:00:07.000Z',
  };
  const asked = () => [...get('asked').matchAll(/wsrep_desync=(ON|OFF)/g)].map(([, value]) => String(value));
  return { backups, values, commands, state, set, get, asked };
}

const copy = (of: Donor, more: Readonly<Record<string, string>> = {}) =>
  runVerb('copy', { ...of.values, ...more }, { commands: of.commands });

function expectNothingLeft(of: Donor, ended: Ended): void {
  expect(ended.result).toBeUndefined();
  expect(of.get('desync').trim()).toBe('OFF');
  if (existsSync(of.backups)) expect(readdirSync(of.backups)).toEqual([]);
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 500) throw new Error('waited for too long');
    await sleep(20);
  }
}

describe('copy', () => {
  test('desyncs, copies, lets the queue drain, gives back, and tells all of it', async () => {
    const of = donor();
    of.set('queue', '99\n14\n3\n20\n13\n0\n13\n');
    const { result } = await copy(of);
    expect(result).toMatchObject({
      compression: expect.stringMatching(/^(zstd|gzip)$/),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      position: { uuid, seqno: '4103391' },
      positionAt: '2026-11-21T05:00:08Z',
      lsn: { from: '0', to: '80', last: '81' },
      serverVersion: '10.11.19-MariaDB',
      toolVersion: '10.11.19-MariaDB',
      startedAt: '2026-11-21T05:00:07.000Z',
      endedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    expect(result?.dataBytes).toBeGreaterThan(10_000);
    expect(of.asked()).toEqual(['ON', 'OFF']);
    expect(readdirSync(join(of.backups, `${id}.partial`)).sort()).toEqual(
      [String(result?.file), 'copied.json', 'mariadb-backup.log', 'xtrabackup_checkpoints', 'xtrabackup_info'].sort(),
    );
  });

  test('started again finds what it has done, also when it has its name already', async () => {
    const of = donor();
    const { result } = await copy(of);
    expect((await copy(of)).result).toEqual(result);
    const manifest = 'H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA==';
    await runVerb('prove', {
      ...of.values,
      SHA256: String(result?.sha256),
      BYTES: String(result?.bytes),
      MANIFEST: manifest,
    });
    expect(readdirSync(of.backups)).toEqual([id]);
    expect((await copy(of)).result).toEqual(result);
    expect([of.get('runs'), of.asked()]).toEqual(['run\n', ['ON', 'OFF']]);
  });

  test('starts anew where an earlier start was killed', async () => {
    const of = donor();
    plant(of.backups, { [`${id}.partial/backup.mbstream.zst`]: 'half', [`${id}.partial/odd`]: 'x' });
    expect((await copy(of)).result).toBeDefined();
    expect(readdirSync(join(of.backups, `${id}.partial`))).not.toContain('odd');
  });

  test('without zstd takes gzip', async () => {
    const of = donor();
    const { result } = await runVerb('copy', of.values, { commands: of.commands, without: ['zstd'] });
    expect(result).toMatchObject({ compression: 'gzip', file: 'backup.mbstream.gz' });
    expect(gunzipSync(readFileSync(join(of.backups, `${id}.partial/backup.mbstream.gz`))).toString()).toBe(
      'data\nmore data\n',
    );
  });

  test('writes any password so that the option file gives it back', async () => {
    const of = donor();
    await runVerb('copy', { ...of.values, USER: 'o"d\\d' }, { commands: of.commands, password: ' #a"b\\c\'d\n' });
    expect(of.get('options')).toBe(`[client]\nuser="o\\"d\\\\d"\npassword=" #a\\"b\\\\c'd\\n"\n`);
  });
});

describe('copy leaves nothing and gives the donor back', () => {
  test.each([
    ['the tool fails in the pipe', 'echo data; echo no luck >&2; exit 3', 'they ended with 3 0 0 0'],
    ['the tool ends without its last line', 'echo data; echo almost >&2', 'almost'],
    ['the tool says only half a line', "echo data; printf 'cut' >&2; exit 1", 'cut'],
    ['it is not a full backup', works.replace('full-backuped', 'incremental'), 'incremental'],
    ['the position is missing', works.replace('Writing Galera', 'Wrote'), 'nothing'],
  ])('%s', async (_, tool, found) => {
    const of = donor(tool);
    const ended = await copy(of);
    expect(ended.failure?.found).toContain(found);
    expectNothingLeft(of, ended);
    expect(of.asked()).toEqual(['ON', 'OFF']);
  });

  test.each([
    ['one below the limit of flow control', '13', ['ON', 'OFF'], 'OFF'],
    ['one at the limit', '14', ['ON'], 'ON'],
    ['a long one', '5000', ['ON'], 'ON'],
  ])('it fails with a queue: %s', async (_what, queue, asked, desync) => {
    const of = donor('echo data; exit 1');
    of.set('queue', queue);
    const ended = await copy(of);
    expect(ended.failure?.found).toContain('1 0 0 0');
    expect([of.asked(), of.get('desync').trim()]).toEqual([asked, desync]);
    expect(ended.log.includes(`wsrep_desync stays ON on 10.0.0.1: its queue is ${queue}`)).toBe(desync === 'ON');
    expect(readdirSync(of.backups)).toEqual([]);
  });

  test('it is stopped: SIGTERM ends the whole pipe at once', async () => {
    const of = donor(`echo $BASHPID > ${'$'}{lsn}.pid; while :; do echo data; sleep 0.1; done`);
    const started = startVerb('copy', of.values, { commands: of.commands });
    const pid = join(of.backups, `${id}.partial.pid`);
    await until(() => existsSync(pid));
    const begin = Date.now();
    started.process.kill('SIGTERM');
    const ended = await started.ended;
    expect(Date.now() - begin).toBeLessThan(5000);
    expect(ended.failure, ended.log).toMatchObject({ expected: 'copy to end by itself' });
    expect(() => process.kill(Number(readFileSync(pid, 'utf8')), 0)).toThrow('ESRCH');
    expect([of.asked(), of.get('desync').trim(), readdirSync(of.backups)]).toEqual([
      ['ON', 'OFF'],
      'OFF',
      [`${id}.partial.pid`],
    ]);
  });

  test.each([
    ['a member leaves', 'size', '2', '3 members'],
    ['someone else turns desync off', 'desync', 'OFF', 'desynced until the copy is done'],
  ])('%s meanwhile', async (_, name, value, expected) => {
    const of = donor('echo data; sleep 30');
    const started = startVerb('copy', of.values, { commands: of.commands });
    await until(() => of.get('runs') !== '');
    of.set(name, value);
    const ended = await started.ended;
    expect(ended.failure?.expected).toContain(expected);
    expectNothingLeft(of, ended);
  });
});

describe('copy is refused, and the server is not touched', () => {
  test.each([
    ['desynced already', (of: Donor) => of.set('desync', 'ON'), 'count 1'],
    ['the volume of another server', (of: Donor) => of.set('gcomm', uuid.replace('7', '8')), uuid],
    ['a data directory elsewhere', (of: Donor) => of.set('datadir', '/var/lib/mysql/'), ''],
  ])('%s', async (_, change, found) => {
    const of = donor();
    change(of);
    const ended = await copy(of);
    expect(ended.failure?.found).toContain(found);
    expect([of.asked(), of.get('runs')]).toEqual([[], '']);
    expect(existsSync(join(of.backups, `${id}.partial`))).toBe(false);
  });

  test('too little room: with numbers', async () => {
    const of = donor();
    const { failure } = await copy(of, { RESERVE: String(2 ** 60) });
    expect(failure?.expected).toMatch(
      /^\d+ MiB free on the volume of .*: 1 MiB for an archive of 100 % of the data, \d+ MiB reserve$/,
    );
    expect(failure?.found).toMatch(/^\d+ MiB free$/);
    expect(of.asked()).toEqual([]);
  });

  test('someone was faster with desync: it stays theirs', async () => {
    const of = donor();
    of.set('warning', 'Warning\t1231\twsrep_desync is already ON.\n');
    const { failure } = await copy(of);
    expect(failure?.found).toContain('someone else');
    expect(of.asked()).toEqual(['ON']);
  });
});
