import { accounts, apply, clients, names, remove, until } from '../lab/lab.ts';

/** One insert of the writer: its number, when it was answered (ms since 1970), and whether it was acknowledged. */
export interface Tick {
  readonly n: number;
  readonly at: number;
  readonly ok: boolean;
}

/** Far over what a write takes beside a copy on two cores, far under what a person would call a stop. */
export const noticeableMs = 10_000;

/** The times between two inserts that were acknowledged one after the other, in ms, each with its end. */
export function gapsBetween(ticks: readonly Tick[]): readonly { readonly endsAt: number; readonly ms: number }[] {
  const acknowledged = ticks.filter(({ ok }) => ok).map(({ at }) => at);
  return acknowledged.slice(1).map((at, index) => ({ endsAt: at, ms: at - (acknowledged[index] ?? at) }));
}

export function longestGap(ticks: readonly Tick[]): number {
  return Math.max(0, ...gapsBetween(ticks).map(({ ms }) => ms));
}

const script = `
n=\${FIRST:-1}
while :; do
  if timeout 20 mariadb --connect-timeout=10 -h ${names.service} -uroot -e "insert into shop.ticks (n) values ($n)" 2>/tmp/why; then r=ok; else r=no; fi
  echo "$r $n $(date +%s%3N)"
  n=$((n + 1))
done`;

function pod(namespace: string, first: number, image: string) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'writer', namespace },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'writer',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['bash', '-c', script],
          env: [
            { name: 'FIRST', value: String(first) },
            { name: 'MYSQL_PWD', valueFrom: { secretKeyRef: { name: accounts.root.secret, key: 'password' } } },
          ],
        },
      ],
    },
  };
}

/** A client that inserts one row after the other through the clients' Service, from a pod of its own. */
export class Writer {
  readonly #namespace: string;
  constructor(namespace: string = names.namespace) {
    this.#namespace = namespace;
  }

  async start(first = 1): Promise<void> {
    await this.stop();
    await apply([pod(this.#namespace, first, process.env.GALERA_E2E_IMAGE ?? 'registry.local/galera:10.11')]);
    await until('the writer to have written', 60_000, async () => (await this.ticks()).some((tick) => tick.ok));
  }

  async ticks(): Promise<readonly Tick[]> {
    const log = await clients().core.readNamespacedPodLog({ namespace: this.#namespace, name: 'writer' });
    return log.split('\n').flatMap((line) => {
      const match = /^(ok|no) (\d+) (\d+)$/.exec(line);
      return match ? [{ ok: match[1] === 'ok', n: Number(match[2]), at: Number(match[3]) }] : [];
    });
  }

  /** Everything that was answered until it was stopped. */
  async stop(): Promise<readonly Tick[]> {
    const ticks = await this.ticks().catch(() => []);
    await remove([pod(this.#namespace, 1, '')]);
    await until('the writer to be gone', 30_000, async () => {
      const { items } = await clients().core.listNamespacedPod({ namespace: this.#namespace });
      return items.every(({ metadata }) => metadata?.name !== 'writer');
    });
    return ticks;
  }
}
