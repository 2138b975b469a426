import { sql } from '../lab/lab.ts';

const members = [0, 1, 2] as const;

/** A small shop with what a restore may lose: tables of several engines and names, a view, a routine, a trigger, an event, an account. */
export async function makeShop(rows = 20_000): Promise<void> {
  await sql(
    0,
    `create database shop; use shop;
create table orders (id int primary key auto_increment, customer int not null, note varchar(200), placed timestamp default current_timestamp, key (customer));
insert into orders (customer, note) select seq % 997, repeat(md5(seq), 4) from seq_1_to_${rows};
create table customers (id int primary key, name varchar(80) character set utf8mb4);
insert into customers select seq, concat('Kundin ', seq, ' ☃') from seq_1_to_997;
create table \`odd-name #1\` (a int primary key, b blob);
insert into \`odd-name #1\` select seq, unhex(sha1(seq)) from seq_1_to_300;
create table empty_one (a int primary key);
create view big as select customer, count(*) n from orders group by customer;
create table audit (id int primary key auto_increment, what varchar(80));
create trigger after_customer after insert on customers for each row insert into audit (what) values (concat('new ', new.id));
create function twice(n int) returns int deterministic return n * 2;
create event nightly on schedule every 1 day disable do delete from audit;
create table ticks (n int primary key, at timestamp(6) default current_timestamp(6));
create user clerk@'%' identified by 'clerk-password'; grant select on shop.* to clerk@'%';`,
    {},
  );
  // A member that has yet to apply the last of it would show another shop to whoever compares.
  await Promise.all([1, 2].map((member) => sql(member, 'set wsrep_sync_wait = 1; select count(*) from shop.ticks')));
}

export interface Truth {
  readonly [table: string]: { readonly rows: string; readonly checksum: string };
}

/** Row counts and CHECKSUM TABLE of every base table of the shop on one member, but those that are written all the time. */
export async function truthOf(member: number, leaveOut: readonly string[] = ['ticks']): Promise<Truth> {
  const tables = await sql(
    member,
    "select table_name from information_schema.tables where table_schema='shop' and table_type='BASE TABLE' order by 1",
  );
  const names = tables.flatMap((row) => row[0] ?? []).filter((name) => !leaveOut.includes(name));
  const truth: { [table: string]: { rows: string; checksum: string } } = {};
  for (const name of names) {
    const quoted = `shop.\`${name}\``;
    const [[rows = '?'] = []] = await sql(member, `select count(*) from ${quoted}`);
    const [[, checksum = '?'] = []] = await sql(member, `checksum table ${quoted}`);
    truth[name] = { rows, checksum };
  }
  return truth;
}

export async function truthEverywhere(): Promise<readonly Truth[]> {
  return await Promise.all(members.map((member) => truthOf(member)));
}

/** Views, routines, triggers, events and accounts, as their definitions. */
export async function objectsOf(member: number): Promise<readonly string[]> {
  const rows = await sql(
    member,
    `select 'view', table_name, md5(view_definition) from information_schema.views where table_schema='shop'
union all select 'routine', routine_name, md5(routine_definition) from information_schema.routines where routine_schema='shop'
union all select 'trigger', trigger_name, md5(action_statement) from information_schema.triggers where trigger_schema='shop'
union all select 'event', event_name, md5(event_definition) from information_schema.events where event_schema='shop'
union all select 'account', concat(user,'@',host), '' from mysql.global_priv where user='clerk' order by 1,2`,
  );
  return rows.map((row) => row.join(' '));
}

/** Values of wsrep status variables on a member. */
export async function wsrep(member: number, ...names: readonly string[]): Promise<Record<string, string>> {
  const rows = await sql(member, "show global status like 'wsrep%'");
  const all = Object.fromEntries(rows.map(([name = '', value = '']) => [name, value]));
  return Object.fromEntries(names.map((name) => [name, all[name] ?? '']));
}

/** Every member Synced in one Primary Component of three with one UUID, none desynced. */
export async function whole(): Promise<boolean> {
  const all = await Promise.all(
    members.map((member) =>
      wsrep(
        member,
        'wsrep_cluster_size',
        'wsrep_local_state_comment',
        'wsrep_cluster_status',
        'wsrep_desync_count',
        'wsrep_cluster_state_uuid',
      ),
    ),
  );
  const same = new Set(all.map((one) => one.wsrep_cluster_state_uuid));
  return (
    same.size === 1 &&
    all.every(
      (one) =>
        one.wsrep_cluster_size === '3' &&
        one.wsrep_local_state_comment === 'Synced' &&
        one.wsrep_cluster_status === 'Primary' &&
        one.wsrep_desync_count === '0',
    )
  );
}
