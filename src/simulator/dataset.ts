/** One table: what CHECKSUM TABLE and COUNT(*) would say, and what it takes on disk. */
export interface Table {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
  readonly checksum: number;
  readonly bytes: number;
}

/** From which seqno on a history goes its own way. Every new Primary from a full stop begins a branch. */
export type Lineage = readonly { readonly branch: number; readonly from: number }[];

/** The content of a database at one position. Never changed: a backup of it shares it. */
export interface Dataset {
  readonly uuid: string;
  readonly seqno: number;
  readonly lineage: Lineage;
  /** By `schema.table`. */
  readonly tables: { readonly [name: string]: Table };
  /** By account. */
  readonly passwords: { readonly [user: string]: string };
}

/** A transaction that is no row of the clients. `view` is a change of membership: a seqno without content. */
export type Statement =
  | { readonly kind: 'view' }
  | { readonly kind: 'drop'; readonly table: string }
  | { readonly kind: 'create'; readonly table: string; readonly rows: number; readonly bytes: number }
  | { readonly kind: 'delete'; readonly table: string; readonly rows: number }
  | { readonly kind: 'insert'; readonly table: string; readonly rows: number }
  | { readonly kind: 'password'; readonly user: string; readonly password: string };

export type Statements = { readonly [key: string]: Statement };

/** What the clients write to. */
export const clientTable = 'shop.visits';

export function mix(a: number, b: number): number {
  let value = Math.imul(a ^ (b + 0x7f4a7c15), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** The branch that a seqno belongs to. */
export function branchAt(lineage: Lineage, seqno: number): number {
  let branch = 0;
  for (const part of lineage) if (part.from <= seqno) branch = part.branch;
  return branch;
}

export function statementKey(lineage: Lineage, seqno: number): string {
  return `${branchAt(lineage, seqno)}:${seqno}`;
}

/** Transactions up to `seqno` of the group's history applied one after the other. Equal content gives equal checksums, and other content others. */
export function applied(dataset: Dataset, lineage: Lineage, seqno: number, statements: Statements): Dataset {
  if (seqno <= dataset.seqno) return dataset;
  const tables: { [name: string]: Table } = { ...dataset.tables };
  let { passwords } = dataset;
  for (let at = dataset.seqno + 1; at <= seqno; at++) {
    const branch = branchAt(lineage, at);
    const statement = statements[`${branch}:${at}`];
    if (statement === undefined) change(tables, clientTable, 1, mix(branch, at));
    else if (statement.kind === 'password') passwords = { ...passwords, [statement.user]: statement.password };
    else carryOut(tables, statement, mix(branch, at));
  }
  return { ...dataset, seqno, tables, passwords, lineage: upTo(lineage, seqno) };
}

function carryOut(tables: { [name: string]: Table }, statement: Statement, salt: number): void {
  switch (statement.kind) {
    case 'drop':
      delete tables[statement.table];
      return;
    case 'create': {
      const [schema = '', table = ''] = statement.table.split('.');
      tables[statement.table] = { schema, table, rows: statement.rows, checksum: salt, bytes: statement.bytes };
      return;
    }
    case 'delete':
      change(tables, statement.table, -statement.rows, salt);
      return;
    case 'insert':
      change(tables, statement.table, statement.rows, salt);
      return;
  }
}

function change(tables: { [name: string]: Table }, name: string, rows: number, salt: number): void {
  const table = tables[name];
  if (table === undefined) return;
  tables[name] = { ...table, rows: Math.max(0, table.rows + rows), checksum: mix(table.checksum, salt) };
}

/** The part of a history that a dataset at `seqno` has seen. */
function upTo(lineage: Lineage, seqno: number): Lineage {
  return lineage.filter((part) => part.from <= seqno);
}

/** Bytes of all tables. */
export function tableBytes(dataset: Dataset): number {
  return Object.values(dataset.tables).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** SHA-256 as far as values have one: 64 hex digits that differ where the content does. */
export function contentHash(dataset: Dataset, salt = 0): string {
  let state = mix(dataset.seqno, salt);
  for (const char of dataset.uuid) state = mix(state, char.charCodeAt(0));
  for (const table of Object.values(dataset.tables)) state = mix(mix(state, table.rows), table.checksum);
  let text = '';
  for (let part = 0; part < 8; part++) {
    state = mix(state, part + 1);
    text += state.toString(16).padStart(8, '0');
  }
  return text;
}
