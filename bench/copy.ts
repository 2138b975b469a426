/** The copy of a backup against the same pipe typed by hand, and what the program adds around it. */
import { clients, inLab, names } from '../test/lab/lab.ts';
import type { Size } from './data.ts';
import { byHand } from './pods.ts';
import { at, type Carried, carryOut, took } from './program.ts';
import { bound, median, seconds, type Table, times } from './table.ts';

const donor = 2;

/** How long the one mariadb-backup lives that starts next: seen from outside, alike for both, in steps of 10 ms. */
const lifeOfTool = `
until pid=$(pgrep -xo mariadb-backup); do sleep .02; done
read -r up _ < /proc/uptime
before=$(awk -v up="$up" '{ print int((up - $22 / 100) * 1000) }' "/proc/$pid/stat")
now=$(date +%s%3N)
tail --pid="$pid" -s .01 -f /dev/null
echo $(($(date +%s%3N) - now + before))`;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const life = inLab(lifeOfTool, { timeoutMs: 600_000 });
  // When the work fails, why it failed is what counts.
  life.catch(() => undefined);
  await work();
  return Number(await life);
}

/** What runner/scripts/copy.sh runs; `hashed` as the program does it, or as most people would. */
function pipe(hashed: boolean): string {
  const store = hashed ? 'tee archive | openssl dgst -sha256 -r > sum' : 'cat > archive';
  return `ulimit -n "$(ulimit -Hn)"; rm -rf /backups/by-hand; mkdir /backups/by-hand; cd /backups/by-hand
mariadb-backup --backup --host="$DONOR" --user=root --password="$MYSQL_PWD" --datadir=/var/lib/mysql --galera-info --parallel=4 \
  --stream=mbstream --target-dir=/tmp/target --tmpdir=/tmp 2> log | zstd -q -T2 -3 | ${store}
sync archive`;
}

async function hand(hashed: boolean): Promise<number> {
  const { status } = await clients().core.readNamespacedPod({
    namespace: names.namespace,
    name: `${names.statefulSet}-${donor}`,
  });
  const env = { DONOR: status?.podIP ?? '' };
  return timed(() => byHand({ name: 'by-hand', member: donor, readOnly: true, script: pipe(hashed), env }));
}

interface Copied {
  readonly tool: number;
  readonly parts: Readonly<Record<string, number>>;
  /** Everything but the tool and the reading back. */
  readonly around: number;
}

function parts(run: Carried, tool: number): Copied {
  const readBack = Number(at(run, 'step-passed', 'prove').facts?.readMs ?? 0);
  const planned = at(run, 'run-started').at - run.beganAt;
  const checks = at(run, 'step-started', 'copy').at - at(run, 'run-started').at;
  const copy = took(run, 'copy') - tool;
  const prove = took(run, 'prove') - readBack;
  const total = run.endedAt - run.beganAt;
  const rest = total - tool - readBack - planned - checks - copy - prove;
  return {
    tool,
    parts: {
      'start and plan': planned,
      'checks once more': checks,
      'Job, desync, sync, drain': copy,
      'reading back': readBack,
      'Job of the proof, index': prove,
      'retention, end': rest,
    },
    around: total - tool - readBack,
  };
}

export interface CopyResult {
  readonly size: Size;
  readonly byHand: number;
  readonly bare: number;
  readonly runs: readonly Copied[];
}

export async function measureCopy(size: Size): Promise<CopyResult> {
  const hands: number[] = [];
  const bare: number[] = [];
  const runs: Copied[] = [];
  // By turns, so that what else the machine does meets all of them.
  for (let i = 0; i < size.repeat; i++) {
    hands.push(await hand(true));
    let run: Carried | undefined;
    const tool = await timed(async () => {
      run = await carryOut(['backup']);
    });
    if (run) runs.push(parts(run, tool));
    bare.push(await hand(false));
  }
  return { size, byHand: median(hands), bare: median(bare), runs };
}

export function copyTables(results: readonly CopyResult[]): Table[] {
  const tool = ({ runs }: CopyResult) => median(runs.map(({ tool }) => tool));
  const around = ({ runs }: CopyResult) => median(runs.map(({ around }) => around));
  const names = Object.keys(results[0]?.runs[0]?.parts ?? {});
  return [
    {
      title: 'The copy of a backup, from the tool’s start to its end',
      head: ['data', 'program', 'the same pipe by hand', 'ratio', 'by hand without checksum', 'ratio'],
      rows: results.map((result) => [
        result.size.name,
        seconds(tool(result)),
        seconds(result.byHand),
        times(tool(result) / result.byHand),
        seconds(result.bare),
        times(tool(result) / result.bare),
      ]),
      bounds: results.map((result) =>
        bound(`${result.size.name}: at most 1.15 × the same pipe`, tool(result) / result.byHand <= 1.15),
      ),
    },
    {
      title: 'What the program adds around the copy',
      head: ['part', ...results.map(({ size }) => size.name)],
      rows: [
        ...names.map((name) => [
          name,
          ...results.map(({ runs }) => seconds(median(runs.map(({ parts }) => parts[name] ?? 0)))),
        ]),
        ['all but the reading back', ...results.map((result) => seconds(around(result)))],
      ],
      bounds: results.map((result) =>
        bound(`${result.size.name}: under 15 s without the reading back`, around(result) < 15_000),
      ),
    },
  ];
}
