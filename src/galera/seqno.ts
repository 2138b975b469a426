/**
 * A seqno counts the write-sets of one history (and, since Galera 4, its membership changes). It is an int64, so it is kept as
 * decimal text and computed with bigint: a JSON number would lose digits beyond 2^53. `-1` is the undefined seqno.
 */
export type Seqno = string;

export const undefinedSeqno: Seqno = '-1';

const most = 2n ** 63n - 1n;

/** The seqno in a decimal text, without leading zeros; undefined where there is none. Anything below -1 is none. */
export function parseSeqno(text: string): Seqno | undefined {
  if (!/^-?\d{1,20}$/.test(text)) return undefined;
  const value = BigInt(text);
  return value >= -1n && value <= most ? value.toString() : undefined;
}

/**
 * The same from a status variable: MariaDB prints the provider's int64 as unsigned, so -1 reads 18446744073709551615 there
 * (seen as `wsrep_last_committed` and `wsrep_local_cached_downto` before there is any).
 */
export function parseStatusSeqno(text: string): Seqno | undefined {
  if (!/^-?\d{1,20}$/.test(text)) return undefined;
  return parseSeqno(BigInt.asIntN(64, BigInt(text)).toString());
}

export function compareSeqnos(left: Seqno, right: Seqno): -1 | 0 | 1 {
  const [a, b] = [BigInt(left), BigInt(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

export function nextSeqno(seqno: Seqno): Seqno {
  return (BigInt(seqno) + 1n).toString();
}

/** How many more `to` counts than `from`, as decimal text; negative when `from` is ahead. */
export function seqnoDistance(from: Seqno, to: Seqno): string {
  return (BigInt(to) - BigInt(from)).toString();
}
