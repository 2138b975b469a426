import type { TableSum } from '../galera/data-truth.ts';
import type { MemberStatus } from '../galera/wsrep-status.ts';

/** One base table as information_schema knows it: bytes of data and indexes, an estimate. */
export interface TableInfo {
  readonly schema: string;
  readonly table: string;
  readonly engine: string;
  readonly bytes: number;
}

/** What the connecting account may do, from SHOW GRANTS. */
export interface AccountRights {
  readonly account: string;
  /** Global privileges, upper case; `ALL PRIVILEGES` stands for all. */
  readonly global: readonly string[];
}

/**
 * SQL as named queries on one member (its pod's name). Reads go through the reader account where one is configured, else the account.
 * Each has a deadline (5 s unless told); a dropped connection is a FailureError of kind `unknown` at once.
 */
export interface SqlReads {
  /** `settingsMs`: its settings may be as old as this; what it does is always read now. */
  status(member: string, of?: { readonly settingsMs?: number }): Promise<MemberStatus>;
  tables(member: string): Promise<readonly TableInfo[]>;
  /** Rights of the account that acts (not the reader's). */
  rights(member: string): Promise<AccountRights>;
  /** Row count and CHECKSUM TABLE of every base table outside the system schemas: seconds per GB, so it has its own deadline. */
  checksums(member: string, deadlineMs: number): Promise<readonly TableSum[]>;
}

export interface SqlWrites {
  setDesync(member: string, on: boolean): Promise<void>;
}
