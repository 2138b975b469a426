import type { Duplex } from 'node:stream';
import type { Connection } from 'mysql2';
import type { Account } from '../target/config.ts';
import type { Passwords } from './password.ts';
import { isWrongPassword, sqlFailure, tooLate } from './sql-failure.ts';

export interface SessionOptions {
  /** A fresh connection to the member's MariaDB port. */
  readonly open: (member: string) => Promise<Duplex>;
  readonly passwords: Passwords;
}

/** Rows as text, or null. */
export type Rows = readonly (readonly (string | null)[])[];
export type Ask = (sql: string) => Promise<Rows>;

export interface Use {
  readonly member: string;
  readonly account: Account;
  /** For sentences: `wsrep status`. */
  readonly what: string;
  readonly deadlineMs: number;
  /** A connection of its own, ended afterwards: for work that others must not wait for. */
  readonly apart?: boolean;
}

/** Connections to members: one of each account, kept until it breaks. What breaks or is late is gone, and the next use opens anew. */
export class Sessions {
  readonly #options: SessionOptions;
  readonly #kept = new Map<string, Session>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** One deadline over connecting and asking. A connection that was late is destroyed: its answer could be taken for the next one's. */
  async use<T>(use: Use, work: (ask: Ask) => Promise<T>): Promise<T> {
    const key = JSON.stringify([use.member, use.account.user, use.account.secret, use.account.key]);
    const kept = use.apart ? undefined : this.#kept.get(key);
    const session = kept ?? new Session(this.#options, use);
    if (!use.apart && kept === undefined) {
      this.#kept.set(key, session);
      session.onEnd(() => {
        if (this.#kept.get(key) === session) this.#kept.delete(key);
      });
    }
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(tooLate(use, use.deadlineMs));
      session.end();
    }, use.deadlineMs);
    const working = work((sql) => session.ask(sql));
    // When the deadline comes first, how the work ended is nobody's question any more.
    working.catch(() => undefined);
    try {
      return await Promise.race([working, late.promise]);
    } catch (thrown) {
      throw sqlFailure(thrown, use);
    } finally {
      clearTimeout(timer);
      if (use.apart) session.close();
    }
  }

  close(): void {
    for (const session of [...this.#kept.values()]) session.close();
  }
}

class Session {
  readonly #options: SessionOptions;
  readonly #use: Use;
  readonly #opening: Promise<Connection>;
  readonly #ended: (() => void)[] = [];
  #stream: Duplex | undefined;
  #connection: Connection | undefined;
  #over = false;

  constructor(options: SessionOptions, use: Use) {
    this.#options = options;
    this.#use = use;
    this.#opening = this.#open();
    this.#opening.catch(() => this.end());
  }

  onEnd(ended: () => void): void {
    if (this.#over) ended();
    else this.#ended.push(ended);
  }

  /** At once: for what is broken or late. */
  end(): void {
    this.#stream?.destroy();
    this.#forget();
  }

  /** Says goodbye, or the server would log an aborted connection. */
  close(): void {
    const stream = this.#stream;
    if (!this.#over && stream && this.#connection) {
      this.#forget();
      this.#connection.end(() => undefined);
      stream.end(() => stream.destroy());
    } else this.end();
  }

  #forget(): void {
    if (this.#over) return;
    this.#over = true;
    for (const ended of this.#ended) ended();
  }

  async ask(sql: string): Promise<Rows> {
    return await rowsOf(await this.#opening, sql);
  }

  async #open(): Promise<Connection> {
    const { account } = this.#use;
    const password = await this.#options.passwords(account);
    try {
      return await this.#logIn(password);
    } catch (thrown) {
      if (!isWrongPassword(thrown)) throw thrown;
      // Passwords are rotated while a program runs.
      const now = await this.#options.passwords(account, { fresh: true });
      if (now !== password) return await this.#logIn(now);
      throw thrown;
    }
  }

  async #logIn(password: string): Promise<Connection> {
    // First the library: a stream must not wait for its listeners.
    const { createConnection } = await import('mysql2');
    const stream = await this.#options.open(this.#use.member);
    this.#stream = stream;
    if (this.#over) {
      stream.destroy();
      throw tooLate(this.#use, this.#use.deadlineMs);
    }
    if (stream.destroyed) throw stream.errored ?? new Error('the connection broke');
    const connection = createConnection({
      stream,
      user: this.#use.account.user,
      password,
      // The session's own deadline is over it; mysql2's timer would outlive that.
      connectTimeout: 0,
      rowsAsArray: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
      dateStrings: true,
      multipleStatements: false,
    });
    try {
      await new Promise<void>((resolve, reject) => {
        connection.on('error', reject);
        connection.connect((error) => (error ? reject(error) : resolve()));
      });
    } catch (thrown) {
      stream.destroy();
      throw thrown;
    }
    connection.on('error', () => this.end());
    stream.on('close', () => this.end());
    this.#connection = connection;
    const seconds = Math.max(1, Math.ceil(this.#use.deadlineMs / 1000));
    // Not to wait for the cluster, for locks or for anything beyond our own deadline; SET works on a member that is not Primary too.
    await rowsOf(connection, `SET SESSION wsrep_sync_wait=0, lock_wait_timeout=3, max_statement_time=${seconds}`);
    return connection;
  }
}

function rowsOf(connection: Connection, sql: string): Promise<Rows> {
  return new Promise((resolve, reject) => {
    connection.query(sql, (error, result: unknown) => {
      if (error) reject(error);
      // Statements without rows give a header instead.
      else resolve(Array.isArray(result) ? result.map((row: readonly unknown[]) => row.map(textOf)) : []);
    });
  });
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return Buffer.isBuffer(value) ? value.toString('utf8') : String(value);
}
