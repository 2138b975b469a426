import { inLab } from '../lab/lab.ts';

/**
 * Sends a signal to every process in the pods of a Job, whose name is an extended regular expression here; gives their number. A pod's name is
 * its hostname, which is in the environment of all that its container runs.
 */
export async function signalPods(job: string, signal: 'KILL' | 'STOP' | 'CONT'): Promise<number> {
  const count = await inLab(
    `pids=$(grep -lzsE '^HOSTNAME=${job}-' /proc/[0-9]*/environ | cut -d/ -f3); [ -z "$pids" ] || kill -${signal} $pids; echo $pids | wc -w`,
  );
  return Number(count);
}
