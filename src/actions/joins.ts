import { FailureError } from '../base/failure.ts';
import { howItJoined, type Joined } from '../galera/ist.ts';
import type { Look } from '../target/look.ts';
import type { MemberView } from './cluster-view.ts';

export interface Join {
  readonly member: string;
  readonly by: Joined['by'];
  readonly because: string;
}

const tailLines = 20_000;

/**
 * How a running member joined, from its container's log, and from the one before where it was restarted: evidence of a state dump in either
 * counts, since it replaced the data.
 */
export async function joinOf(look: Look, member: MemberView): Promise<Join> {
  const pod = { namespace: look.config.namespace, name: member.name, container: look.config.container };
  const name = member.name;
  try {
    const now = howItJoined(await look.kube.logs(pod, { tailLines }));
    if (now.by === 'sst' || (member.pod?.restarts ?? 0) === 0)
      return { member: name, by: now.by, because: becauseOf(now) };
    const before = howItJoined(await look.kube.logs(pod, { tailLines, previous: true }).catch(() => ''));
    const by = before.by === 'sst' ? before : now;
    return { member: name, by: by.by, because: becauseOf(by) };
  } catch (thrown) {
    if (!(thrown instanceof FailureError)) throw thrown;
    return { member: name, by: 'unknown', because: `its log: ${thrown.failure.found}` };
  }
}

export async function joinsOf(look: Look, members: readonly MemberView[]): Promise<readonly Join[]> {
  return await Promise.all(members.map((member) => joinOf(look, member)));
}

function becauseOf(joined: Joined): string {
  return joined.evidence[0]?.trim() ?? 'its log does not say how it joined';
}

/** The last lines of a container's log, for a failure. */
export async function lastLines(look: Look, member: string, count = 3): Promise<string> {
  const pod = { namespace: look.config.namespace, name: member, container: look.config.container };
  const log = await look.kube.logs(pod, { tailLines: 50 }).catch(() => '');
  const lines = log.split('\n').filter((text) => text.trim() !== '');
  return lines.length === 0 ? '' : `${member}'s last lines: ${lines.slice(-count).join(' | ')}`;
}
