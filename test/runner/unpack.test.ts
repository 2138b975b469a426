import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { renderGrastate } from '../../src/galera/grastate.ts';
import { commandFolder, type Ended, harvest, plant, runVerb, startVerb, temporaryFolder } from './verb.ts';

const id = '20261121T050007Z';
const uuid = '727cb359-e5a0-11f1-a781-8b758b28e2fc';
const position = `${uuid}:4103391`;

interface Member {
  readonly root: string;
  readonly work: string;
  readonly archive: string;
  readonly values: Readonly<Record<string, string>>;
}

function member(): Member {
  const root = temporaryFolder();
  const backups = temporaryFolder();
  plant(root, { 'mysql/ibdata1': 'current' });
  plant(join(backups, id), { 'manifest.json': '{}' });
  const archive = join(backups, id, 'backup.mbstream.gz');
  const bytes = gzipSync('the stream');
  writeFileSync(archive, bytes);
  const work = join(root, 'galera_runbook_k3p9x2');
  const values = {
    DATADIR: join(root, 'mysql'),
    WORK: work,
    BACKUPS: backups,
    ID: id,
    SHA256: createHash('sha256').update(bytes).digest('hex'),
    BYTES: String(bytes.length),
    DATA_BYTES: '1000',
    COMPRESSION: 'gzip',
    FILE: 'backup.mbstream.gz',
    RESERVE: '1000',
    POSITION: position,
  };
  return { root, work, archive, values };
}

const extracts = `
  cat > stream; mkdir mysql lost+found lost@002bfound galera_runbook_old
  echo copy > ibdata1; echo x > backup-my.cnf; echo x > grastate.dat
  printf '${uuid.toUpperCase()}:4103391 0' > xtrabackup_galera_info; echo x > donor_galera_info; echo x > xtrabackup_checkpoints`;

/** The stand-ins find the copy's folder where the tools do. */
function tools(of: { readonly mbstream?: string; readonly prepare?: string } = {}): string {
  const folder = temporaryFolder();
  return commandFolder({
    mbstream: `while [ "$1" != -C ]; do shift; done; cd "$2"; ${of.mbstream ?? extracts}`,
    'mariadb-backup': `
      echo run >> '${folder}/runs'
      for a; do case $a in --target-dir=*) cd "\${a#*=}" ;; esac; done
      ${of.prepare ?? `printf '${position}' > xtrabackup_galera_info; echo '[00] 2026-11-21 05:00:09 completed OK!'`}`,
  });
}

const unpack = (of: Member, commands: string, more: Readonly<Record<string, string>> = {}) =>
  runVerb('unpack', { ...of.values, ...more }, { commands });

function expectNothing(of: Member, ended: Ended): void {
  expect(ended.result).toBeUndefined();
  expect(harvest(of.root)).toEqual({ 'mysql/ibdata1': 'current' });
}

describe('unpack', () => {
  test('prepares a copy beside the data: folders only, without the tool’s files and what is none of the data', async () => {
    const of = member();
    const { result } = await unpack(of, tools());
    expect(result).toMatchObject({ position: { uuid, seqno: '4103391' } });
    expect(harvest(join(of.work, 'new'))).toEqual({ stream: 'the stream', ibdata1: 'copy\n', mysql: null });
    expect(Object.keys(harvest(join(of.work, 'state')))).toEqual([
      'backup-my.cnf',
      'donor_galera_info',
      'unpacked',
      'xtrabackup_checkpoints',
      'xtrabackup_galera_info',
    ]);
  });

  test('started again finds what it has done; of another backup starts anew', async () => {
    const of = member();
    const { result } = await unpack(of, tools());
    expect((await unpack(of, commandFolder({ mbstream: 'exit 1', 'mariadb-backup': 'exit 1' }))).result).toEqual(
      result,
    );
    const ended = await unpack(of, tools(), { POSITION: `${uuid}:1` });
    expect(ended.failure?.found).toBe(`${uuid.toUpperCase()}:4103391`);
    expectNothing(of, ended);
  });

  test('in place of what was killed half-way', async () => {
    const of = member();
    plant(of.work, { 'new/odd': 'x', 'state/x': 'x' });
    await unpack(of, tools());
    expect(harvest(of.work)).not.toHaveProperty(['new/odd']);
  });

  test.each([
    ['mbstream fails', { mbstream: 'cat > /dev/null; echo out of order >&2; exit 1' }, 'out of order'],
    ['there is no position', { mbstream: 'cat > /dev/null; echo x > ibdata1' }, 'no position'],
    ['the tool does not prepare it', { prepare: "printf 'cut off'; exit 1" }, 'cut off'],
    [
      'InnoDB stands after the position',
      { prepare: `printf '${uuid}:4103392' > xtrabackup_galera_info; echo 'completed OK!'` },
      '4103392',
    ],
    [
      'InnoDB stands in another history',
      { prepare: `printf '${uuid.replace('7', '8')}:4' > xtrabackup_galera_info; echo 'completed OK!'` },
      '827cb359',
    ],
  ])('where %s it fails and leaves nothing', async (_, of, found) => {
    const at = member();
    const ended = await unpack(at, tools(of));
    expect(ended.failure?.found).toContain(found);
    expectNothing(at, ended);
  });

  test('a damaged archive is found by its checksum, although the tools take it', async () => {
    const of = member();
    const bytes = readFileSync(of.archive);
    bytes[4] = (bytes[4] ?? 0) ^ 1; // a time stamp that gzip does not check
    writeFileSync(of.archive, bytes);
    const ended = await unpack(of, tools());
    expect(ended.failure?.found).toMatch(/^sha256 /);
    expectNothing(of, ended);
  });

  test('without room nothing is begun: with numbers', async () => {
    const of = member();
    const ended = await unpack(of, tools(), { DATA_BYTES: String(2 ** 50) });
    expect(ended.failure?.expected).toMatch(/1\.1 times the unpacked data/);
    expectNothing(of, ended);
  });

  test('stopped by SIGTERM it leaves nothing', async () => {
    const of = member();
    const started = startVerb('unpack', of.values, { commands: tools({ prepare: 'touch preparing; sleep 60' }) });
    while (!existsSync(join(of.work, 'new', 'preparing'))) await sleep(20);
    started.process.kill('SIGTERM');
    const ended = await started.ended;
    expect(ended.failure?.expected).toBe('unpack to end by itself');
    expectNothing(of, ended);
  });

  test('where a swap has begun it is refused and removes nothing', async () => {
    const of = member();
    plant(of.work, { 'old/ibdata1': 'former', 'state/swap.phase': 'swapping' });
    const before = harvest(of.root);
    expect((await unpack(of, tools())).failure?.found).toBe('it is swapping');
    expect(harvest(of.root)).toEqual(before);
  });
});

describe('a position after a crash', () => {
  const crashed = renderGrastate({ position: { uuid, seqno: '-1' }, safeToBootstrap: true });
  const recover = async (says: string, data: Readonly<Record<string, string>> = {}) => {
    const folder = temporaryFolder();
    const options = join(temporaryFolder(), 'options');
    plant(folder, { ibdata1: 'x', 'grastate.dat': crashed, ...data });
    const commands = commandFolder({ mariadbd: `printf '%s\\n' "$@" > ${options}; printf '%s' '${says}' >&2` });
    const ended = await runVerb('position', { DATADIR: folder }, { commands });
    return { ...ended, options: existsSync(options) ? readFileSync(options, 'utf8') : '' };
  };

  test('is what the server recovers', async () => {
    const { result, options } = await recover(`[Note] WSREP: Recovered position: ${position}\n`);
    expect(result).toMatchObject({ source: 'recovered', uuid, seqno: '4103391', safeToBootstrap: true, swaps: [] });
    expect(options).not.toContain('--log-bin');
  });

  test('with a GTID behind it, without grastate.dat, decided from the binary log', async () => {
    const data = { 'grastate.dat': '', 'mysql-bin.index': './mysql-bin.000001\n', 'x-relay-bin.index': './x\n' };
    const { result, options } = await recover(`WSREP: Recovered position: ${position},0-1-57\n`, data);
    expect(result).toMatchObject({ source: 'recovered', seqno: '4103391', safeToBootstrap: false });
    expect(options).toMatch(/--log-bin=\S*\/mysql-bin\n/);
    expect(options).not.toContain('relay');
  });

  test.each([
    ['[ERROR] InnoDB: cannot', 'none; [ERROR] InnoDB: cannot'],
    ['WSREP: Recovered position: 00000000-0000-0000-0000-000000000000:-1', '00000000'],
    [`WSREP: Recovered position: ${uuid.replace('7', '8')}:5`, `InnoDB ${uuid.replace('7', '8')}:5`],
  ])('%j is none', async (says, found) => {
    const { failure, result } = await recover(says);
    expect(failure?.found).toContain(found);
    expect(result).toBeUndefined();
  });
});
