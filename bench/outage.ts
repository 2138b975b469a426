/** Time without a database in a restore, seen by a client that inserts through the Service all the time; beside it the usual way. */
import { Writer } from '../test/e2e/writer.ts';
import { waitSynced } from '../test/lab/lab.ts';
import type { Size } from './data.ts';
import { type Gaps, gapsOf } from './gaps.ts';
import { carryOut, yes } from './program.ts';
import { bound, seconds, type Table, times } from './table.ts';
import { usualWay } from './usual-way.ts';

interface Outage extends Gaps {
  readonly took: number;
}

async function watched(work: () => Promise<unknown>): Promise<Outage> {
  const writer = new Writer();
  const ticksBefore = Date.now() % 1_000_000_000;
  await writer.start(ticksBefore);
  const began = Date.now();
  await work();
  const took = Date.now() - began;
  await waitSynced();
  // The last gap ends with a write: wait for some.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const ticks = await writer.stop();
  return { ...gapsOf(ticks, began), took };
}

export interface OutageResult {
  readonly size: Size;
  readonly program: Outage;
  readonly usual: Outage;
}

export async function measureOutage(size: Size): Promise<OutageResult> {
  const backup = await carryOut(['backup']);
  const made = backup.events.find((event) => event.type === 'step-passed' && event.step === 'copy')?.output?.backup;
  if (!made) throw new Error('the backup has no id');
  let run = '';
  const ours = await watched(async () => {
    run = (await carryOut(['restore', made.id])).run;
  });
  const closed = await yes(['runs', 'close', run]);
  if (closed.exit !== 0) throw new Error(`runs close ${run}: exit ${closed.exit}\n${closed.stderr}`);
  const usual = await watched(() => usualWay(made.id, made.position));
  return { size, program: ours, usual };
}

export function outageTables(results: readonly OutageResult[]): Table[] {
  const [small, large] = results;
  return [
    {
      title: 'Time without a database in a restore',
      head: [
        'data',
        'program',
        'usual way',
        'ratio',
        'usual way, until the first write',
        'whole restore',
        'whole usual way',
      ],
      rows: results.map(({ size, program, usual }) => [
        size.name,
        seconds(program.all),
        seconds(usual.all),
        times(program.all / usual.all),
        seconds(usual.first),
        seconds(program.took),
        seconds(usual.took),
      ]),
      bounds: [
        ...(small && large
          ? [
              bound(
                `the same for both sizes: ${times(large.program.all / small.program.all)} at ten times the data`,
                Math.abs(large.program.all - small.program.all) <= Math.max(5_000, small.program.all * 0.25),
              ),
            ]
          : []),
        ...(large ? [bound('1 GB: at most half of the usual way', large.program.all <= large.usual.all / 2)] : []),
      ],
    },
  ];
}
