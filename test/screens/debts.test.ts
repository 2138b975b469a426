import { describe, expect, it } from 'vitest';
import { chosenRun } from '../../src/screens/chosen-run.ts';
import { runToRepair } from '../../src/screens/debt-under-cursor.ts';
import { openRunOf } from '../../src/screens/open-run.ts';
import { viewOf } from '../../src/screens/view.ts';
import { clock } from '../record/canned.ts';
import { failedRun } from '../record/canned-runs.ts';
import { limping, listing, runs } from './world.ts';

const debt = (run: string, since: string) => ({
  run,
  id: `traffic:${run}`,
  step: 'cut',
  says: 'Service mariadb selects no pod',
  since: clock(since),
  by: 'sre1@bastion-1',
  due: 'end' as const,
  carried: false,
});

describe('a debt under the cursor', () => {
  it('is the one that p repairs, among those of several runs', () => {
    const world = limping();
    world.writer.listed(
      listing('04:41:10', { debts: [debt('m4t8z2', '04:30:00'), debt('x1y2z3', '04:20:00')] }),
      clock('04:41:10'),
      10,
    );
    world.writer.show('runs');
    expect(runToRepair(viewOf(world.state()))).toBe('m4t8z2');
    world.writer.cursor('debts', 'x1y2z3 traffic:x1y2z3', 1);
    expect(runToRepair(viewOf(world.state()))).toBe('x1y2z3');
  });

  it('is of the run that the other keys are about', () => {
    const world = limping();
    world.writer.show('runs');
    world.writer.cursor('debts', 'k7m2q9 old-data:k7m2q9', 1);
    const [first] = runs;
    if (first === undefined) throw new Error('a run');
    const { debts } = world.state().listing.last?.value ?? { debts: [] };
    const kept = [
      { id: 'old-data:k7m2q9', step: 'swap', says: '', due: 'close', payWith: { action: '', input: {} } },
    ] as const;
    world.writer.listed(
      listing('04:41:12', { debts, runs: [{ ...first, run: 'k7m2q9', kept }, ...runs] }),
      clock('04:41:12'),
      10,
    );
    expect(chosenRun(viewOf(world.state()))).toMatchObject({ run: 'k7m2q9', keeps: true, canGoBack: true });
  });

  it('of a run of before that is looked at comes before those of others', () => {
    const world = limping();
    world.writer.past(openRunOf(failedRun));
    world.writer.show('run');
    expect(runToRepair(viewOf(world.state()))).toBe('n5g1s7');
  });
});
