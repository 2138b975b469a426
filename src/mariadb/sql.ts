import type { Duplex } from 'node:stream';
import { fail } from '../base/failure.ts';
import type { TableSum } from '../galera/data-truth.ts';
import { type MemberStatus, parseMemberStatus } from '../galera/wsrep-status.ts';
import type { Account } from '../target/config.ts';
import type { AccountRights, SqlReads, SqlWrites, TableInfo } from '../target/sql.ts';
import { type Ask, type Rows, Sessions } from './connect.ts';
import { parseGrants } from './grants.ts';
import type { Passwords } from './password.ts';

const deadlineMs = 5_000;
/** A cold server opens every table to know its size: thousands of them in an OpenStack database. */
const tablesDeadlineMs = 30_000;

/** What `MemberStatus` and `MemberSettings` are made of. */
const variableNames = [
  'aria_log_dir_path',
  'datadir',
  'hostname',
  'innodb_data_home_dir',
  'innodb_log_group_home_dir',
  'innodb_undo_directory',
  'log_bin',
  'log_bin_basename',
  'max_connections',
  'version',
  'wsrep_cluster_name',
  'wsrep_desync',
  'wsrep_node_name',
  'wsrep_provider_options',
  'wsrep_sst_method',
];
const statusSql =
  "SHOW GLOBAL STATUS WHERE Variable_name LIKE 'wsrep\\_%' OR Variable_name IN ('Threads_connected', 'Uptime')";
const variablesSql = `SHOW GLOBAL VARIABLES WHERE Variable_name IN (${variableNames.map((name) => `'${name}'`).join(', ')})`;
const baseTables =
  "TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')";

type Variables = Readonly<Record<string, string>>;

export interface MariaDbOptions {
  readonly open: (member: string) => Promise<Duplex>;
  readonly passwords: Passwords;
  readonly account: Account;
  readonly reader?: Account;
}

export interface MariaDb {
  readonly sql: SqlReads & SqlWrites;
  /** Ends every kept connection; a query after it opens a new one. */
  close(): void;
}

export function connectMariaDb(options: MariaDbOptions): MariaDb {
  const sessions = new Sessions(options);
  const { account, reader = account } = options;
  const known = new Map<string, { readonly at: number; readonly variables: Variables }>();
  const variablesOf = async (member: string, ask: Ask, ageMs: number): Promise<Variables> => {
    const before = known.get(member);
    if (before !== undefined && performance.now() - before.at < ageMs) return before.variables;
    const variables = recordOf(await ask(variablesSql));
    known.set(member, { at: performance.now(), variables });
    return variables;
  };
  const sql: SqlReads & SqlWrites = {
    status: (member, { settingsMs = 0 } = {}) =>
      sessions.use(
        { member, account: reader, what: 'wsrep status', deadlineMs },
        async (ask): Promise<MemberStatus> => {
          const [status, variables] = await Promise.all([ask(statusSql), variablesOf(member, ask, settingsMs)]);
          return parseMemberStatus(recordOf(status), variables);
        },
      ),
    tables: (member) =>
      sessions.use(
        { member, account: reader, what: 'tables', deadlineMs: tablesDeadlineMs, apart: true },
        async (ask) => {
          await mustHave(toSeeTables, ask, reader, member);
          return await askTables(ask);
        },
      ),
    rights: (member) =>
      sessions.use(
        { member, account, what: 'the rights of the account', deadlineMs },
        async (ask): Promise<AccountRights> => {
          return parseGrants(await ask('SHOW GRANTS'), account.user);
        },
      ),
    checksums: (member, ms) =>
      sessions.use(
        { member, account: reader, what: 'checksums of all tables', deadlineMs: ms, apart: true },
        async (ask) => {
          await mustHave(['SELECT'], ask, reader, member);
          return await askChecksums(ask);
        },
      ),
    setDesync: (member, on) =>
      sessions.use(
        { member, account, what: `SET GLOBAL wsrep_desync = ${on ? 'ON' : 'OFF'}`, deadlineMs },
        async (ask) => {
          await ask(`SET GLOBAL wsrep_desync = ${on ? 'ON' : 'OFF'}`);
        },
      ),
  };
  return { sql, close: () => sessions.close() };
}

function recordOf(rows: Rows): { [name: string]: string } {
  return Object.fromEntries(
    rows.flatMap(([name, value]) => (name && value !== null && value !== undefined ? [[name, value]] : [])),
  );
}

/** Any of these shows every table in information_schema; SHOW VIEW lets nobody read a row. */
const toSeeTables = ['SHOW VIEW', 'SELECT', 'REFERENCES'];

/** information_schema hides tables that an account has no right on: an incomplete list would look like a small database. */
async function mustHave(rights: readonly string[], ask: Ask, account: Account, member: string): Promise<void> {
  const { account: name, global } = parseGrants(await ask('SHOW GRANTS'), account.user);
  if (['ALL PRIVILEGES', ...rights].some((right) => global.includes(right))) return;
  fail(
    'refused',
    `the right ${rights.join(' or ')} ON *.* of account ${name} on ${member}`,
    `global rights ${global.join(', ') || 'none'}`,
    'grant it, or name another account in the configuration',
  );
}

async function askTables(ask: Ask): Promise<readonly TableInfo[]> {
  const rows = await ask(
    `SELECT TABLE_SCHEMA, TABLE_NAME, ENGINE, COALESCE(DATA_LENGTH, 0) + COALESCE(INDEX_LENGTH, 0) FROM information_schema.TABLES WHERE ${baseTables}`,
  );
  return rows.map(([schema, table, engine, bytes]) => ({
    schema: schema ?? '',
    table: table ?? '',
    // A table that cannot be opened has no engine.
    engine: engine ?? '',
    bytes: Number(bytes ?? 0),
  }));
}

async function askChecksums(ask: Ask): Promise<readonly TableSum[]> {
  const tables = await ask(
    `SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES WHERE ${baseTables} ORDER BY TABLE_SCHEMA, TABLE_NAME`,
  );
  const sums: TableSum[] = [];
  for (const [schema, table] of tables) {
    if (!schema || !table) continue;
    const name = `${quoted(schema)}.${quoted(table)}`;
    const [count] = await ask(`SELECT COUNT(*) FROM ${name}`);
    const [sum] = await ask(`CHECKSUM TABLE ${name}`);
    const rows = count?.[0];
    if (rows === undefined || rows === null)
      fail('unknown', `the number of rows of ${schema}.${table}`, 'no answer', 'ask again');
    const checksum = sum?.[1] ?? null;
    sums.push({ schema, table, rows: Number(rows), checksum: checksum === null ? null : Number(checksum) });
  }
  return sums;
}

function quoted(identifier: string): string {
  return `\`${identifier.replaceAll('`', '``')}\``;
}
