import { describe, expect, it } from 'vitest';
import { FailureError, failure } from '../../src/base/failure.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { Action, Check } from '../../src/engine/action.ts';
import { foldEvents } from '../../src/engine/apply-event.ts';
import { resumption } from '../../src/engine/resumption.ts';
import { openEndCommand } from '../../src/record/commands.ts';
import type { Look } from '../../src/target/look.ts';
import { act, catalogueOf, check, drive, newWorld, step, type World, worldRun } from './fakes.ts';

const broken = failure('failed', 'it to work', 'it broke', 'mend it');

/** A restore in small: check, copies (owed), cut (owed, disrupts), swap (destroys), back, discard. */
function restore(world: World) {
  const catalogue = catalogueOf(
    check(world, 'look'),
    act(world, 'unpack', { owes: true, stoppable: true }),
    act(world, 'cut', { owes: true, maxDanger: 'disrupts' }),
    act(world, 'swap', { maxDanger: 'destroys' }),
    act(world, 'put-back'),
    act(world, 'discard'),
  );
  const steps = [
    step('room', 'look', { kind: 'check' }),
    step('unpack', 'unpack'),
    step('cut', 'cut'),
    step('swap', 'swap'),
    step('traffic', 'put-back', { pays: ['cut'] }),
    step('discard', 'discard', { pays: ['unpack'] }),
  ];
  return { catalogue, steps };
}

async function driven(world: World, of: Parameters<typeof drive>[3] = {}) {
  const { catalogue, steps } = restore(world);
  return await drive(world, catalogue, steps, of);
}

const typesOf = (world: World) => world.journal.map((event) => event.type);

describe('a run that goes well', () => {
  it('performs every step in order, pays every debt and ends with 0', async () => {
    const world = newWorld();
    const { exit, run } = await driven(world);
    expect(exit).toBe(0);
    expect(world.done).toEqual(['unpack', 'cut', 'swap', 'traffic', 'discard']);
    expect(run.state.debts).toEqual([]);
    expect(run.state.closed).toBe(true);
  });

  it('writes a debt before the step that owes it starts, and the effect before it happens', async () => {
    const world = newWorld();
    await driven(world);
    const types = typesOf(world);
    const owed = world.journal.findIndex((e) => e.type === 'debt-owed' && e.debt.step === 'cut');
    const started = world.journal.findIndex((e) => e.type === 'step-started' && e.step === 'cut');
    const effect = world.journal.findIndex((e) => e.type === 'effect-started' && e.step === 'cut');
    expect(owed).toBeGreaterThan(0);
    expect(owed).toBeLessThan(started);
    expect(started).toBeLessThan(effect);
    expect(types.at(-1)).toBe('run-closed');
  });

  it('mirrors the line of each effect into the cluster before the effect', async () => {
    const world = newWorld();
    await driven(world);
    const effects = world.journal.flatMap((event) => (event.type === 'effect-started' ? [event.seq] : []));
    for (const seq of effects) expect(world.mirrored).toContain(seq);
  });

  it('leaves a journal whose fold is the state the run had', async () => {
    const world = newWorld();
    const { run } = await driven(world);
    expect(foldEvents(world.journal)).toEqual(run.state);
  });
});

describe('what a step has done', () => {
  const late = (world: World, looks: number): Action => {
    const copy = act(world, 'copy');
    let asked = 0;
    return {
      ...copy,
      observe: async (input, look, memo) =>
        world.done.length > 0 && asked++ < looks
          ? { is: 'not-so', failure: broken }
          : await copy.observe(input, look, memo),
    };
  };

  it.each([
    [2, 0],
    [3, 1],
  ])('is looked for three times before it has failed: not seen %i times, exit %i', async (looks, exit) => {
    const world = newWorld();
    expect((await drive(world, catalogueOf(late(world, looks)), [step('copy', 'copy')])).exit).toBe(exit);
    expect(world.done).toEqual(['copy']);
  });

  it('is not in doubt where a look that failed comes after one that said no', async () => {
    const world = newWorld();
    const copy = act(world, 'copy');
    let asked = 0;
    const answers = ['not-so', 'not-so', 'unknown'] as const;
    const blurred: Action = {
      ...copy,
      observe: async (input, look, memo) =>
        world.done.length > 0
          ? { is: answers[asked++] ?? 'unknown', failure: broken }
          : await copy.observe(input, look, memo),
    };
    await drive(world, catalogueOf(blurred), [step('copy', 'copy')]);
    expect(world.journal.find(({ type }) => type === 'step-failed')).toMatchObject({ step: 'copy', inDoubt: false });
    expect(asked).toBe(3);
  });
});

describe('what was planned', () => {
  const steps = [
    step('choose', 'choose', { kind: 'check' }),
    step('copy', 'copy', { with: { of: { $ref: ['choose', 'value'] } } }),
  ];
  /** Chooses another one at each look. */
  const fickle = (world: World): Check => {
    let looks = 0;
    return {
      ...check(world, 'choose'),
      observe: async () => ({ is: 'so', output: { value: `m-${looks++}` }, says: 'chosen' }),
    };
  };

  it('is told to the check that has chosen it, so that it can choose the same', async () => {
    const world = newWorld();
    const told: (JsonObject | undefined)[] = [];
    const choose: Check = {
      ...check(world, 'choose'),
      observe: async (_input, _look, planned) => {
        told.push(planned);
        return { is: 'so', output: planned ?? { value: 'b' }, says: 'chosen' };
      },
    };
    expect((await drive(world, catalogueOf(choose, act(world, 'copy')), steps)).exit).toBe(0);
    expect(told).toEqual([undefined, { value: 'b' }]);
  });

  it('holds what is known beside what only a step before gives', async () => {
    const world = newWorld();
    const more = [
      ...steps.slice(0, 1),
      step('first', 'copy'),
      step('second', 'copy', { with: { of: { $ref: ['choose', 'value'] }, and: { $ref: ['first', 'value'] } } }),
    ];
    expect((await drive(world, catalogueOf(fickle(world), act(world, 'copy')), more)).exit).toBe(1);
    expect(world.done).toEqual(['first']);
    expect(world.journal.find(({ type }) => type === 'step-failed')).toMatchObject({ failure: { found: 'of m-1' } });
  });

  it('does not start a step whose input is another by then: exit 4, nothing owed, nothing done', async () => {
    const world = newWorld();
    const { exit } = await drive(world, catalogueOf(fickle(world), act(world, 'copy', { owes: true })), steps);
    expect(exit).toBe(4);
    expect(world.done).toEqual([]);
    expect(typesOf(world)).not.toContain('debt-owed');
    expect(world.journal.find((event) => event.type === 'step-failed')).toMatchObject({
      step: 'copy',
      failure: { expected: 'of m-0, as planned', found: 'of m-1', next: 'plan again' },
    });
  });
});

describe('every way out', () => {
  it('pays what is owed, in document order, when a step fails before the swap', async () => {
    const world = newWorld();
    world.fails = { cut: broken };
    const { exit, run } = await driven(world);
    expect(exit).toBe(1);
    expect(world.done).toEqual(['unpack', 'traffic', 'discard']);
    expect(run.state.debts).toEqual([]);
  });

  it('pays nothing by itself after the swap has started, names the debts and ends with 131', async () => {
    const world = newWorld();
    world.fails = { swap: broken };
    const { exit } = await driven(world);
    expect(exit).toBe(131);
    expect(world.done).toEqual(['unpack', 'cut']);
    const end = world.journal.findLast((event) => event.type === 'run-ended');
    expect(end).toMatchObject({ unpaid: ['debt:unpack', 'debt:cut'] });
  });

  it('owes nothing for a step none of whose effects took place', async () => {
    const world = newWorld();
    world.during = async (id) => {
      if (id === 'cut') throw new FailureError(failure('refused', 'the right to patch services', '403', 'ask for it'));
    };
    const { exit, run } = await driven(world);
    expect(exit).toBe(1);
    expect(world.done).toEqual(['unpack', 'discard']);
    expect(run.state.debts).toEqual([]);
    const paid = world.journal.flatMap((event) => (event.type === 'debt-paid' ? [event.says] : []));
    expect(paid).toEqual(['nothing was done by cut', 'done']);
  });

  it('does not do by way of paying what was answered no: that stays owed, and is said', async () => {
    const world = newWorld();
    world.answers = { start: { answer: 'no' } };
    const catalogue = catalogueOf(
      act(world, 'stop', { owes: true, maxDanger: 'disrupts' }),
      act(world, 'start', { maxDanger: 'disrupts' }),
    );
    const steps = [step('stop', 'stop'), step('start', 'start', { pays: ['stop'] })];
    const { exit, run } = await drive(world, catalogue, steps, { mode: 'interactive', terminal: true });
    expect(exit).toBe(131);
    expect(world.done).toEqual(['stop']);
    expect(run.state.debts.map(({ step: by }) => by)).toEqual(['stop']);
    const gate = world.asked.find((asked) => asked.step === 'start');
    expect(gate?.shows.at(-1)).toMatch(/^if no: .*what start pays stays owed: galera-runbook runs repair/);
  });

  it('is mirrored from its lease on: whoever finds that finds the run too', async () => {
    const world = newWorld();
    world.answers = { stop: { answer: 'no' } };
    const catalogue = catalogueOf(act(world, 'stop', { maxDanger: 'disrupts' }));
    await drive(world, catalogue, [step('stop', 'stop')], {
      mode: 'interactive',
      terminal: true,
      event: (line) => {
        if (line.type !== 'gate-opened' || line.gate.step !== 'stop') return;
        const leased = world.journal.find(({ type }) => type === 'lease-taken');
        expect(world.mirrored).toEqual([leased?.seq]);
      },
    });
    expect(world.asked.map((gate) => gate.step)).toEqual(['plan', 'stop']);
  });

  it('ends with 131 when a payer fails', async () => {
    const world = newWorld();
    world.fails = { cut: broken, traffic: broken };
    expect((await driven(world)).exit).toBe(131);
  });

  it('refuses with 4, or 10 when the Galera cluster is not safe, before anything was changed', async () => {
    const world = newWorld();
    world.fails = { room: failure('refused', 'room', 'none', 'make room') };
    expect((await driven(world)).exit).toBe(4);
    world.fails = { room: failure('unsafe', 'quorum', 'none', 'wait') };
    expect((await driven(world)).exit).toBe(10);
    expect(world.done).toEqual([]);
  });

  it('asks again when an answer is unknown, and never takes it for a yes', async () => {
    const world = newWorld();
    world.fails = { room: failure('unknown', 'an answer', 'the connection dropped', 'again') };
    expect((await driven(world)).exit).toBe(1);
    expect(world.done).toEqual([]);
  });
});

describe('whether a step has happened, asked after it was done', () => {
  const asked = async (answer: ReturnType<typeof failure>) => {
    const world = newWorld();
    const start = act(world, 'start', { owes: true });
    let looks = 0;
    const catalogue = catalogueOf(
      {
        ...start,
        async observe(input: JsonObject, look: Look, memo: JsonObject) {
          if (world.done.length > 0 && ++looks === 1) throw new FailureError(answer);
          return await start.observe(input, look, memo);
        },
      },
      act(world, 'back'),
    );
    const { exit } = await drive(world, catalogue, [step('start', 'start'), step('back', 'back', { pays: ['start'] })]);
    return { exit, looks, done: world.done };
  };

  it('is asked again when the connection dropped: what is done is not told as failed', async () => {
    const dropped = failure('unknown', 'an answer', 'the connection dropped', 'again');
    expect(await asked(dropped)).toEqual({ exit: 0, looks: 2, done: ['start', 'back'] });
  });
});

it('a step whose effect got no answer is in doubt, and one that was refused is not', async () => {
  const failedOf = async (of: ReturnType<typeof failure>) => {
    const world = newWorld();
    world.fails = { unpack: of };
    await driven(world);
    return world.journal.find((event) => event.type === 'step-failed');
  };
  expect(await failedOf(failure('unknown', 'an answer', 'socket hang up', 'ask again'))).toMatchObject({
    inDoubt: true,
  });
  expect(await failedOf(broken)).toMatchObject({ inDoubt: false });
});

describe('traffic', () => {
  const steps = [
    step('cut', 'cut'),
    step('swap', 'swap'),
    step('same', 'galera.same-data', { kind: 'check' }),
    step('traffic', 'traffic.put-back', { pays: ['cut'] }),
  ];
  const catalogue = (world: World) =>
    catalogueOf(
      act(world, 'cut', { owes: true, maxDanger: 'disrupts' }),
      act(world, 'swap', { maxDanger: 'destroys' }),
      check(world, 'galera.same-data', { proof: 1 }),
      act(world, 'traffic.put-back'),
    );

  it('returns once what runs was compared with what was proven', async () => {
    const world = newWorld();
    expect((await drive(world, catalogue(world), steps)).exit).toBe(0);
    expect(world.done).toContain('traffic');
  });

  it('never returns to data that was replaced and not compared since, unless a person types it', async () => {
    const world = newWorld();
    const unchecked = steps.filter(({ id }) => id !== 'same');
    const { exit, run } = await drive(world, catalogue(world), unchecked);
    expect(exit).toBe(131);
    expect(run.state.unproven).toBe(true);
    expect(world.done).not.toContain('traffic');
    const typed = newWorld();
    expect((await drive(typed, catalogue(typed), unchecked, { mode: 'interactive', terminal: true })).exit).toBe(0);
    expect(typed.asked.at(-1)).toMatchObject({ step: 'traffic', need: 'typed', personal: true });
  });
});

describe('gates', () => {
  it('asks a person at the plan, at what disrupts and at what destroys; the last wants the cluster typed', async () => {
    const world = newWorld();
    expect((await driven(world, { mode: 'interactive', terminal: true })).exit).toBe(0);
    expect(world.asked.map((gate) => [gate.step, gate.need, gate.word])).toEqual([
      ['plan', 'yes-no', undefined],
      ['cut', 'yes-no', undefined],
      ['swap', 'typed', 'openstack/lab'],
    ]);
  });

  it('a no changes nothing more, pays, and ends with 5', async () => {
    const world = newWorld();
    world.answers = { cut: { answer: 'no' } };
    expect((await driven(world, { mode: 'interactive', terminal: true })).exit).toBe(5);
    expect(world.done).toEqual(['unpack', 'discard']);
  });

  it('a no at the plan leaves the cluster as it was', async () => {
    const world = newWorld();
    world.answers = { plan: { answer: 'no' } };
    expect((await driven(world, { mode: 'interactive', terminal: true })).exit).toBe(5);
    expect(world.done).toEqual([]);
    expect(world.mirrored).toEqual([]);
  });

  it('a typed gate is no when another word was typed', async () => {
    const world = newWorld();
    world.answers = { swap: { answer: 'yes', typed: 'openstack/other' } };
    expect((await driven(world, { mode: 'interactive', terminal: true })).exit).toBe(5);
    expect(world.done).not.toContain('swap');
  });

  it('without a terminal and without --yes nobody is asked and the answer is no', async () => {
    const world = newWorld();
    expect((await driven(world, { mode: 'interactive', terminal: false })).exit).toBe(5);
    expect(world.asked).toEqual([]);
    expect(world.done).toEqual([]);
  });
});

describe('a check that holds and wants an answer all the same', () => {
  const gated = (world: World) => {
    const look = check(world, 'look');
    const wants = {
      ...look,
      observe: async () =>
        ({ is: 'so', output: {}, says: 'holds', warnings: ['a rebuilt cluster'], gate: 'typed' }) as const,
    };
    return drive(
      world,
      catalogueOf(wants, act(world, 'unpack')),
      [step('identity', 'look', { kind: 'check' }), step('unpack', 'unpack')],
      { mode: 'interactive', terminal: true },
    );
  };

  it('asks for the cluster by name, showing what it saw, and goes on after it', async () => {
    const world = newWorld();
    expect((await gated(world)).exit).toBe(3);
    expect(world.asked.map((gate) => [gate.step, gate.need])).toEqual([
      ['plan', 'yes-no'],
      ['identity', 'typed'],
    ]);
    expect(world.asked[1]?.shows).toContain('a rebuilt cluster');
    expect(world.done).toEqual(['unpack']);
  });

  it('changes nothing when the answer is no', async () => {
    const world = newWorld();
    world.answers = { identity: { answer: 'no' } };
    expect((await gated(world)).exit).toBe(5);
    expect(world.done).toEqual([]);
  });
});

describe('the fence', () => {
  it('a lease held by another run ends it with 11, nothing changed', async () => {
    const world = newWorld();
    world.holder = 'sre2@bastion-2';
    expect((await driven(world)).exit).toBe(11);
    expect(world.done).toEqual([]);
  });

  it('a plan whose ground has moved is not carried out', async () => {
    const world = newWorld();
    world.moved = failure('refused', 'the cluster as planned', 'a pod was replaced', 'plan again');
    expect((await driven(world)).exit).toBe(4);
    expect(world.done).toEqual([]);
  });

  it('who has lost the lease writes nothing over the mirror of who has it, neither before an effect nor at the end', async () => {
    const world = newWorld();
    let before = 0;
    world.during = async (id) => {
      if (id !== 'cut') return;
      before = world.mirrored.length;
      world.fence = failure('held', 'the lease', 'it is not ours', 'look who has it');
    };
    await driven(world);
    expect(world.mirrored.length).toBe(before);
    expect(world.done).toEqual(['unpack']);
  });

  it('stops before the next effect when the target is another one', async () => {
    const world = newWorld();
    world.during = async (id) => {
      if (id === 'cut') world.fence = failure('refused', 'the same cluster', 'another one', 'look');
    };
    const { exit } = await driven(world);
    expect(exit).toBe(131);
    expect(world.done).toEqual(['unpack']);
  });

  it('a line that had no room is written before the next one: the journal has no gap', async () => {
    const world = newWorld();
    world.during = async (id) => {
      if (id === 'cut') world.diskFull = true;
    };
    await driven(world);
    expect(world.journal.map((event) => event.seq)).toEqual(world.journal.map((_, index) => index + 1));
  });

  it('a full disk stops the run before its next effect and still lets it pay', async () => {
    const world = newWorld();
    world.during = async (id) => {
      if (id === 'cut') world.diskFull = true;
    };
    const { exit } = await driven(world);
    expect(exit).toBe(1);
    // The cut has not happened.
    expect(world.done).toEqual(['unpack', 'discard']);
  });

  it('a journal that cannot be written stops the run with what was found first, not with a full disk', async () => {
    const world = newWorld();
    const error = failure('failed', 'to append', 'the disk gives an input/output error (EIO)', 'look at the disk');
    world.during = async (id) => {
      if (id === 'cut') world.unkept = error;
      else if (world.unkept) world.unkept = failure('failed', 'to append', 'nothing there (ENOENT)', 'check the path');
    };
    const { exit, run } = await driven(world);
    expect(exit).toBe(1);
    expect(run.state.failure).toEqual({ step: 'cut', failure: error });
    expect(world.done).toEqual(['unpack', 'discard']);
  });
});

it('a step is told what its run owes, and whether the data that runs is unproven', async () => {
  const world = newWorld();
  const told: unknown[] = [];
  world.during = async (id, _run, hands) => void told.push([id, hands.at.owes, hands.at.unproven]);
  await driven(world);
  expect(told).toEqual([
    ['unpack', ['debt:unpack'], false],
    ['cut', ['debt:unpack', 'debt:cut'], false],
    ['swap', ['debt:unpack', 'debt:cut'], true],
    ['traffic', ['debt:unpack', 'debt:cut'], true],
    ['discard', ['debt:unpack'], true],
  ]);
});

describe('Ctrl-C', () => {
  it('once: a step that can be stopped is stopped, payers run, 130', async () => {
    const world = newWorld();
    world.during = async (id, run, hands) => {
      if (id !== 'unpack') return;
      await run.stop('me');
      expect(hands.signal.aborted).toBe(true);
      world.fails = { unpack: broken };
    };
    expect((await driven(world)).exit).toBe(130);
    expect(world.done).toEqual(['discard']);
  });

  it('once: a step that must finish finishes, then payers run, 130', async () => {
    const world = newWorld();
    world.during = async (id, run, hands) => {
      if (id !== 'cut') return;
      await run.stop('me');
      expect(hands.signal.aborted).toBe(false);
    };
    expect((await driven(world)).exit).toBe(130);
    expect(world.done).toEqual(['unpack', 'cut', 'traffic', 'discard']);
  });

  it('a step whose own time is over is not said to be stopped by the operator', async () => {
    const world = newWorld();
    world.during = async (id, run, hands) => {
      if (id !== 'cut') return;
      await run.stop('me');
      await new Promise((resolve) => hands.signal.addEventListener('abort', resolve));
      world.fails = { cut: failure('unknown', 'the cut within its time', 'not yet', 'look') };
    };
    const { catalogue, steps } = restore(world);
    const timed = steps.map((each) => (each.id === 'cut' ? { ...each, timeoutMs: 20 } : each));
    const { run } = await drive(world, catalogue, timed);
    expect(run.state.failure?.failure.found).toBe('not yet');
  });

  it('twice: nothing is waited for, nothing paid, 131 with the debts named', async () => {
    const world = newWorld();
    world.during = async (id, run) => {
      if (id !== 'cut') return;
      await run.stop('me');
      await run.abandon('me');
      await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const { exit } = await driven(world);
    expect(exit).toBe(131);
    expect(world.done).toEqual(['unpack']);
  });

  it('twice while a step works that owes nothing: its work goes on, so 131, not interrupted and cleaned up', async () => {
    const world = newWorld();
    world.during = async (id, run) => {
      if (id !== 'prove') return;
      await run.stop('me');
      await run.abandon('me');
      await new Promise(() => undefined);
    };
    const { exit, run } = await drive(world, catalogueOf(act(world, 'prove')), [step('prove', 'prove')]);
    expect(exit).toBe(131);
    expect(world.journal.at(-1)).toMatchObject({ says: 'stopped waiting: work in the cluster goes on (prove)' });
    expect(openEndCommand(run.state)).toBe('galera-runbook runs resume r1');
    expect(resumption(run.state)).toEqual({ is: 'anew' });
  });

  it('twice while a check looks: nothing is at work in the cluster, 130', async () => {
    const world = newWorld();
    const planned = check(world, 'look');
    const catalogue = catalogueOf({
      ...planned,
      async observe(input: JsonObject, look: Look) {
        if (look.at.attempt === 0) return await planned.observe(input, look);
        await worldRun(world).stop('me');
        await worldRun(world).abandon('me');
        return await new Promise<never>(() => undefined);
      },
    });
    const { exit } = await drive(world, catalogue, [step('room', 'look', { kind: 'check' })]);
    expect(exit).toBe(130);
    expect(world.journal.at(-1)).toMatchObject({ says: 'stopped by the operator' });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20])(
    'twice, after line %i: the end names exactly what is owed, and nothing is owed after it',
    async (line) => {
      const world = newWorld();
      const { run } = await driven(world, { event: (event, of) => void (event.seq === line && of.abandon('me')) });
      await new Promise((resolve) => setImmediate(resolve));
      const end = world.journal.findIndex((event) => event.type === 'run-ended');
      const at = foldEvents(world.journal.slice(0, end + 1));
      expect(world.journal[end]).toMatchObject({ unpaid: at.debts.map(({ id }) => id) });
      expect(world.journal.slice(end).filter(({ type }) => type === 'debt-owed')).toEqual([]);
      expect(run.state.phase).toBe('ended');
    },
  );
});
