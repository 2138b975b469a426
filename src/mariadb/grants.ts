import type { AccountRights } from '../target/sql.ts';
import type { Rows } from './connect.ts';

/**
 * Global privileges among the lines of SHOW GRANTS: `` GRANT RELOAD, SUPER ON *.* TO `x`@`%` IDENTIFIED BY PASSWORD '…' WITH GRANT OPTION ``.
 * The lines hold password hashes: nothing else of them is kept.
 */
export function parseGrants(rows: Rows, user: string): AccountRights {
  const global = new Set<string>();
  let account: string | undefined;
  for (const [line] of rows) {
    const match = /^GRANT (.+?) ON (\S+) TO (\S+)(.*)$/.exec(line ?? '');
    const [, privileges = '', on = '', to = '', rest = ''] = match ?? [];
    if (on !== '*.*') continue;
    if (to.includes('@')) account ??= to.replaceAll(/[`']/g, '');
    for (const privilege of privileges.split(',')) global.add(privilege.trim().toUpperCase());
    if (/ WITH GRANT OPTION\b/.test(rest)) global.add('GRANT OPTION');
  }
  global.delete('USAGE');
  return { account: account ?? user, global: [...global].sort() };
}
