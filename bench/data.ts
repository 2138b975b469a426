import { sql } from '../test/lab/lab.ts';

const rowsPerStatement = 200_000;
/** Of InnoDB with a key, measured: 430 000 rows are 100 MB. */
const bytesPerRow = 233;

export interface Size {
  readonly name: string;
  readonly bytes: number;
  /** How often to measure; the median counts. */
  readonly repeat: number;
}

export const sizes: readonly Size[] = [
  { name: '100 MB', bytes: 100e6, repeat: 5 },
  ...(process.env.BENCH_SMALL === '1' ? [] : [{ name: '1 GB', bytes: 1e9, repeat: 3 }]),
];

/** A table of about this size, text that zstd makes a quarter of, and the table of the writer (test/e2e/writer.ts). */
export async function makeData(bytes: number): Promise<void> {
  await sql(
    0,
    `create database shop; use shop;
create table ticks (n int primary key, at timestamp(6) default current_timestamp(6));
create table big (id int primary key auto_increment, customer int not null, note varchar(200), key (customer));`,
  );
  const rows = Math.round(bytes / bytesPerRow);
  for (let from = 0; from < rows; from += rowsPerStatement) {
    const to = Math.min(rows, from + rowsPerStatement);
    const note = 'concat(repeat(md5(seq), 2), repeat(md5(-seq), 3))';
    await sql(
      0,
      `use shop; insert into big (customer, note) select seq % 9973, ${note} from seq_${from + 1}_to_${to};`,
      { timeoutMs: 300_000 },
    );
  }
}

/** Bytes of the data as the server counts them. */
export async function dataBytes(): Promise<number> {
  const [[bytes = '0'] = []] = await sql(
    0,
    "analyze table shop.big; select sum(data_length + index_length) from information_schema.tables where table_schema = 'shop'",
  ).then((rows) => rows.slice(-1));
  return Number(bytes);
}
