import { FailureError, type FailureKind, failure } from '../base/failure.ts';
import type { Account } from '../target/config.ts';

export interface Asked {
  readonly member: string;
  readonly account: Account;
  /** What was asked, for sentences: `wsrep status`. */
  readonly what: string;
}

/** Codes of MariaDB's error messages; mysql2 names some of them as MySQL does. */
const wrongPassword = new Set([1045, 1698]);
const lockedOut = new Set([1130, 1129, 1820, 1862, 4151]);
const noRight = new Set([1044, 1142, 1143, 1227, 1370]);
/** The server answers, but not now: full, stopping, not Primary, a limit of time. */
const notNow = new Set([1040, 1047, 1053, 1203, 1205, 1213, 1226, 1927, 1969, 3024]);

/** What mysql2 or the stream below it threw, as a failure. Never holds the password. */
export function sqlFailure(thrown: unknown, asked: Asked): FailureError {
  if (thrown instanceof FailureError) return thrown;
  const { errno, code, message } = thrown as { errno?: number; code?: string; message?: string };
  const { member, account, what } = asked;
  const found = message || code || String(thrown);
  const say = (kind: FailureKind, expected: string, next: string, instead = found) =>
    new FailureError(failure(kind, expected, instead, next), { cause: thrown });
  const secret = `Secret ${account.secret}, key ${account.key}`;
  if (typeof errno !== 'number' || errno < 1000) {
    if (code === 'AUTH_SWITCH_PLUGIN_ERROR') {
      return say(
        'refused',
        `account ${account.user} to log in on ${member} with a password`,
        'use an account of authentication plugin mysql_native_password',
      );
    }
    return say('unknown', `an answer of ${member} to: ${what}`, "ask again; if it stays so, look at the member's pod");
  }
  if (wrongPassword.has(errno)) {
    return say(
      'refused',
      `account ${account.user} to log in on ${member} with the password in ${secret}`,
      "correct the Secret or the account's password",
    );
  }
  if (lockedOut.has(errno)) {
    return say(
      'refused',
      `account ${account.user} to be let in on ${member} from 127.0.0.1`,
      "look at the account's host and whether it is locked",
    );
  }
  if (noRight.has(errno)) {
    return say(
      'refused',
      `the right to ask ${member} for ${what} as account ${account.user}`,
      'grant it, or name another account in the configuration',
    );
  }
  if (errno === 1047) {
    return say(
      'unknown',
      `an answer of ${member} to: ${what}`,
      'look at its wsrep status',
      'it is not ready: not Primary, or joining',
    );
  }
  if (notNow.has(errno))
    return say('unknown', `an answer of ${member} to: ${what}`, 'ask again; if it stays so, look at the member');
  return say('failed', `an answer of ${member} to: ${what}`, "look at the member's log");
}

export function isWrongPassword(thrown: unknown): boolean {
  const { errno } = thrown as { errno?: number };
  return errno !== undefined && wrongPassword.has(errno);
}

export function tooLate(asked: Asked, ms: number): FailureError {
  return new FailureError(
    failure(
      'unknown',
      `an answer of ${asked.member} to: ${asked.what}`,
      `none within ${ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`}`,
      "ask again; if it stays so, look at the member's pod",
    ),
  );
}
