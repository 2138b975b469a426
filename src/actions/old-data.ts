import { formatBytes } from '../base/bytes.ts';
import { FailureError } from '../base/failure.ts';
import type { Look } from '../target/look.ts';
import type { ClusterView } from './cluster-view.ts';

/** `, 28.4 GiB each by SQL`, or nothing when no member tells: only a runner could measure it. */
export async function oldDataText(look: Look, view: ClusterView): Promise<string> {
  for (const member of view.members) {
    if (!member.pod?.ready) continue;
    try {
      const tables = await look.sql.tables(member.name);
      return `, about ${formatBytes(tables.reduce((sum, table) => sum + table.bytes, 0))} each by SQL`;
    } catch (thrown) {
      if (!(thrown instanceof FailureError)) throw thrown;
    }
  }
  return '';
}
