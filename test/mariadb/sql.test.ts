import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Failure, FailureError, failure } from '../../src/base/failure.ts';
import type { Passwords } from '../../src/mariadb/password.ts';
import { connectMariaDb, type MariaDb } from '../../src/mariadb/sql.ts';
import { type Answer, type FakeMember, fakeMember } from './fake-member.ts';

const account = { user: 'root', secret: 'mariadb-root', key: 'password' };
const reader = { user: 'status', secret: 'mariadb-status', key: 'password' };
const names = ['Variable_name', 'Value'];
const statusRows: Answer = {
  columns: names,
  rows: [
    ['wsrep_cluster_status', 'Primary'],
    ['wsrep_local_state', '4'],
    ['wsrep_last_committed', '9007199254740993'],
  ],
};
const variableRows: Answer = { columns: names, rows: [['wsrep_cluster_name', 'lab']] };
const usual = (query: string): Answer => (query.includes('GLOBAL STATUS') ? statusRows : variableRows);

let member: FakeMember;
let db: MariaDb;
let answer: (query: string) => Answer;
let passwords: ReturnType<typeof vi.fn<Passwords>>;
/** mysql2 writes to the console: that would tear a screen. */
let noise: string[];

beforeEach(async () => {
  noise = [];
  for (const method of ['log', 'warn', 'error', 'trace'] as const) {
    vi.spyOn(console, method).mockImplementation((...said) => void noise.push(said.join(' ')));
  }
  answer = usual;
  member = await fakeMember((query) => answer(query));
  passwords = vi.fn<Passwords>(async () => 'right');
  db = connectMariaDb({ open: member.open, passwords, account, reader });
});
afterEach(async () => {
  db.close();
  await member.close();
  vi.restoreAllMocks();
});

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const thrown = await work.catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(FailureError);
  return (thrown as FailureError).failure;
}

describe('status', () => {
  it('reads settings that may be old only once, and each time for who does not say so', async () => {
    const settings = () => member.queries.filter((query) => query.includes('GLOBAL VARIABLES')).length;
    for (const _ of [1, 2, 3])
      expect((await db.sql.status('db-0', { settingsMs: 60_000 })).settings.clusterName).toBe('lab');
    expect(settings()).toBe(1);
    await db.sql.status('db-1', { settingsMs: 60_000 });
    await db.sql.status('db-0');
    expect(settings()).toBe(3);
    expect(member.queries.filter((query) => query.includes('GLOBAL STATUS'))).toHaveLength(5);
  });

  it('is read by the reader, over one connection, in a session that waits for nothing', async () => {
    expect(await db.sql.status('db-0')).toMatchObject({
      clusterStatus: 'Primary',
      localState: 4,
      lastCommitted: '9007199254740993',
      settings: { clusterName: 'lab' },
    });
    await db.sql.status('db-0');
    expect(member.users).toEqual(['status']);
    expect(member.queries[0]).toBe('SET SESSION wsrep_sync_wait=0, lock_wait_timeout=3, max_statement_time=5');
    expect(member.queries).toHaveLength(5);
  });

  it('of two members at once is two connections', async () => {
    await Promise.all([db.sql.status('db-0'), db.sql.status('db-1'), db.sql.status('db-0')]);
    expect(member.opened()).toBe(2);
  });

  it('is unknown at once when the connection breaks, and read over a new one after that', async () => {
    await db.sql.status('db-0');
    answer = () => 'drop';
    expect(await failureOf(db.sql.status('db-0'))).toMatchObject({
      kind: 'unknown',
      expected: 'an answer of db-0 to: wsrep status',
    });
    answer = usual;
    expect(await db.sql.status('db-0')).toMatchObject({ localState: 4 });
    expect(member.opened()).toBe(2);
  });

  it('is unknown when the connection does not come about, in the words of whoever opens it', async () => {
    const said = failure('unknown', 'connect', 'there is no such pod', 'look');
    const other = connectMariaDb({ open: () => Promise.reject(new FailureError(said)), passwords, account });
    expect(await failureOf(other.sql.status('db-0'))).toEqual(said);
  });

  it('is unknown where the member answers that it is not ready, full, or stopping', async () => {
    answer = () => ({ code: 1047, message: 'WSREP has not yet prepared node for application use' });
    expect(await failureOf(db.sql.status('db-0'))).toMatchObject({
      kind: 'unknown',
      found: 'it is not ready: not Primary, or joining',
    });
    answer = () => ({ code: 1053, message: 'Server shutdown in progress' });
    expect(await failureOf(db.sql.status('db-0'))).toMatchObject({
      kind: 'unknown',
      found: 'Server shutdown in progress',
    });
  });

  it('names a right that is missing', async () => {
    answer = () => ({ code: 1227, message: 'Access denied; you need (at least one of) the PROCESS privilege(s)' });
    expect(await failureOf(db.sql.status('db-0'))).toMatchObject({
      kind: 'refused',
      expected: 'the right to ask db-0 for wsrep status as account status',
    });
  });
});

describe('a deadline', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('makes an answer unknown, and ends the connection that owes it', async () => {
    await db.sql.status('db-0');
    answer = () => 'hang';
    const asked = failureOf(db.sql.status('db-0'));
    await vi.waitFor(() => expect(member.queries).toHaveLength(4), { interval: 1 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await asked).toMatchObject({ kind: 'unknown', found: 'none within 5 s' });
    answer = usual;
    expect(await db.sql.status('db-0')).toMatchObject({ localState: 4 });
    expect(member.opened()).toBe(2);
  });

  it('holds for connecting too', async () => {
    const other = connectMariaDb({ open: () => new Promise(() => undefined), passwords, account });
    const asked = failureOf(other.sql.status('db-0'));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await asked).toMatchObject({ kind: 'unknown', found: 'none within 5 s' });
  });
});

describe('a password', () => {
  it('that is wrong is refused: account and Secret are named, the password is not', async () => {
    passwords.mockResolvedValue('hunter2');
    const found = await failureOf(db.sql.status('db-0'));
    expect(found).toMatchObject({
      kind: 'refused',
      expected: 'account status to log in on db-0 with the password in Secret mariadb-status, key password',
    });
    expect(JSON.stringify(found)).not.toContain('hunter2');
    expect(member.users).toHaveLength(1);
  });

  it('that was changed since it was read is read again, once', async () => {
    await db.sql.status('db-0');
    member.password = 'new';
    passwords.mockImplementation(async (_, options) => (options?.fresh ? 'new' : 'right'));
    expect(await db.sql.status('db-1')).toMatchObject({ localState: 4 });
    expect(passwords.mock.calls.at(-1)).toEqual([reader, { fresh: true }]);
  });
});

describe('the other questions', () => {
  it('tables: base tables with their bytes', async () => {
    answer = (query) => {
      if (query.startsWith('SHOW GRANTS'))
        return { columns: ['Grants'], rows: [['GRANT PROCESS, SHOW VIEW ON *.* TO `status`@`%`']] };
      return {
        columns: ['TABLE_SCHEMA', 'TABLE_NAME', 'ENGINE', 'b'],
        rows: [
          ['shop', 'orders', 'InnoDB', '32768'],
          ['shop', 'broken', null, '0'],
        ],
      };
    };
    expect(await db.sql.tables('db-0')).toEqual([
      { schema: 'shop', table: 'orders', engine: 'InnoDB', bytes: 32768 },
      { schema: 'shop', table: 'broken', engine: '', bytes: 0 },
    ]);
  });

  it('checksums: rows and CHECKSUM TABLE of each, names quoted', async () => {
    const sum = (query: string): Answer => {
      if (query.startsWith('SHOW GRANTS'))
        return { columns: ['Grants'], rows: [['GRANT ALL PRIVILEGES ON *.* TO `root`@`%`']] };
      if (query.includes('information_schema'))
        return {
          columns: ['s', 't'],
          rows: [
            ['shop', 'odd`name'],
            ['shop', 'plain'],
          ],
        };
      if (query.startsWith('SELECT COUNT')) return { columns: ['n'], rows: [['400000']] };
      return { columns: ['Table', 'Checksum'], rows: [['shop.x', query.includes('plain') ? null : '4294967295']] };
    };
    answer = sum;
    expect(await db.sql.checksums('db-0', 60_000)).toEqual([
      { schema: 'shop', table: 'odd`name', rows: 400_000, checksum: 4294967295 },
      { schema: 'shop', table: 'plain', rows: 400_000, checksum: null },
    ]);
    expect(member.queries).toContain('CHECKSUM TABLE `shop`.`odd``name`');
    expect(member.queries[0]).toContain('max_statement_time=60');
  });

  it.each(['tables', 'checksums'] as const)(
    '%s of an account that does not see every table are refused, not "none"',
    async (question) => {
      answer = (query) => {
        if (query.startsWith('SHOW GRANTS'))
          return {
            columns: ['Grants'],
            rows: [['GRANT PROCESS ON *.* TO `x`@`%`'], ['GRANT SELECT ON `shop`.* TO `x`@`%`']],
          };
        return { columns: ['a', 'b', 'c', 'd'], rows: [] };
      };
      const work = question === 'tables' ? db.sql.tables('db-0') : db.sql.checksums('db-0', 1000);
      expect(await failureOf(work)).toMatchObject({ kind: 'refused', expected: expect.stringContaining('SELECT') });
    },
  );

  it('are asked over a connection of their own, that ends with a goodbye', async () => {
    await db.sql.status('db-0');
    answer = (query) =>
      query.startsWith('SHOW GRANTS')
        ? { columns: ['Grants'], rows: [['GRANT SELECT ON *.* TO `status`@`%`']] }
        : { columns: ['a', 'b', 'c', 'd'], rows: [] };
    await db.sql.tables('db-0');
    expect(member.opened()).toBe(2);
    await vi.waitFor(() => expect(member.goodbyes()).toBe(1));
    db.close();
    await vi.waitFor(() => expect(member.goodbyes()).toBe(2));
  });

  it('rights: of the account that acts, never the hashes', async () => {
    answer = () => ({
      columns: ['Grants'],
      rows: [
        [
          "GRANT RELOAD, PROCESS, BINLOG MONITOR ON *.* TO `root`@`%` IDENTIFIED BY PASSWORD '*ABCDEF' WITH GRANT OPTION",
        ],
        ['GRANT SELECT ON `shop`.* TO `root`@`%`'],
      ],
    });
    expect(await db.sql.rights('db-0')).toEqual({
      account: 'root@%',
      global: ['BINLOG MONITOR', 'GRANT OPTION', 'PROCESS', 'RELOAD'],
    });
    expect(member.users).toEqual(['root']);
  });

  it('setDesync: by the account that acts', async () => {
    answer = () => 'ok';
    await db.sql.setDesync('db-0', true);
    await db.sql.setDesync('db-0', false);
    expect(member.users).toEqual(['root']);
    expect(member.queries.slice(1)).toEqual(['SET GLOBAL wsrep_desync = ON', 'SET GLOBAL wsrep_desync = OFF']);
  });

  it('a statement that is not answered is unknown: it may have been done', async () => {
    answer = () => 'drop';
    expect(await failureOf(db.sql.setDesync('db-0', true))).toMatchObject({ kind: 'unknown' });
  });
});

it('writes nothing to the console of its own accord', async () => {
  await db.sql.status('db-0');
  expect(noise.filter((line) => !line.includes('out of order'))).toEqual([]);
});
