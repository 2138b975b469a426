import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderGrastate } from '../../src/galera/grastate.ts';
import {
  commandFolder,
  copyFolder,
  type Ended,
  harvest,
  plant,
  powerCutAt,
  runVerb,
  startVerb,
  type Tree,
  temporaryFolder,
} from './verb.ts';

const uuid = '36553af3-e598-11f1-97ef-e698dabe5e03';
const position = `${uuid}:6`;
const grastate = renderGrastate({ position: { uuid, seqno: '6' }, safeToBootstrap: false });

const former: Tree = {
  ibdata1: 'former',
  ib_logfile0: 'former',
  'galera.cache': 'former',
  'gvwstate.dat': 'former',
  'grastate.dat': renderGrastate({ position: { uuid, seqno: '9' }, safeToBootstrap: true }),
  'mysql/global_priv.MAD': 'former',
  'shop/t.ibd': 'former',
  'only@0020former/x.ibd': 'former',
};
const kept: Tree = { 'lost+found': null, 'ca.pem': 'kept', '.my.cnf': 'kept' };
const copy: Tree = {
  ibdata1: 'copy',
  ib_logfile0: 'copy',
  aria_log_control: 'copy',
  'mysql/global_priv.MAD': 'copy',
  'shop/t.ibd': 'copy',
  'only@0020copy': null,
};
const outs = new Set(Object.keys(former).map((path) => path.split('/')[0])).size;
const ins = new Set(Object.keys(copy).map((path) => path.split('/')[0])).size;

interface Volume {
  readonly data: string;
  readonly work: string;
  readonly values: Readonly<Record<string, string>>;
}

/** A member's volume whose root is the data directory, with an unpacked copy. */
function volume(of: { readonly former?: Tree; readonly copy?: Tree } = {}): Volume {
  const data = join(temporaryFolder(), 'data');
  plant(data, { ...(of.former ?? former), ...kept });
  const work = join(data, 'galera_runbook_k3p9x2');
  plant(join(work, 'new'), of.copy ?? copy);
  plant(join(work, 'state'), { unpacked: 'x' });
  return { data, work, values: { DATADIR: data, WORK: work, POSITION: position, KEEP: 'true' } };
}

const swap = (of: Volume, commands?: string) => runVerb('swap', of.values, commands ? { commands } : {});
const swapBack = (of: Volume, commands?: string) => runVerb('swap-back', of.values, commands ? { commands } : {});
const swapsOf = async (of: Volume) => (await runVerb('position', of.values)).result?.swaps;

/** Without the work folder of this run. */
function dataOf(of: Volume): Tree {
  return Object.fromEntries(
    Object.entries(harvest(of.data)).filter(([path]) => !path.startsWith('galera_runbook_k3p9x2')),
  );
}

function expectWhole(of: Volume, ended: Ended): void {
  expect(ended.log).not.toContain('failed');
  expect(ended.result).toMatchObject({ out: outs, in: ins });
  expect(dataOf(of)).toEqual({ ...copy, ...kept, 'grastate.dat': grastate });
  expect(harvest(join(of.work, 'old'))).toEqual(former);
  expect(harvest(join(of.work, 'new'))).toEqual({});
}

function expectBack(of: Volume, ended: Ended): void {
  expect(ended.log).not.toContain('failed');
  expect(dataOf(of)).toEqual({ ...former, ...kept });
  expect(harvest(join(of.work, 'old'))).toEqual({});
  const { 'grastate.dat': made, ...rest } = harvest(join(of.work, 'new'));
  expect(rest).toEqual(copy);
  expect([undefined, grastate]).toContain(made);
}

/** Every power cut that a verb can meet, until it is done before the cut. */
async function atEveryCut(
  of: Volume,
  run: (commands: string) => Promise<Ended>,
  then: (at: string) => Promise<void>,
): Promise<number> {
  const aside = join(temporaryFolder(), 'as-it-was');
  copyFolder(of.data, aside);
  for (let at = 1; ; at++) {
    for (const when of ['before', 'after'] as const) {
      copyFolder(aside, of.data);
      const ended = await run(powerCutAt(at, when));
      if (ended.code === 0) return at - 1;
      await then(`${when} rename ${at}`);
    }
  }
}

describe('swap', () => {
  test('puts the copy in place, the former data aside, grastate.dat as Galera writes it', async () => {
    const of = volume();
    expectWhole(of, await swap(of));
    expect(await swapsOf(of)).toEqual([{ run: 'k3p9x2', state: 'whole' }]);
    expectWhole(of, await swap(of));
  });

  test('of a data directory below the volume', async () => {
    const root = temporaryFolder();
    const [data, work] = [join(root, 'mysql'), join(root, 'galera_runbook_k3p9x2')];
    plant(data, former);
    plant(work, { 'state/unpacked': 'x', 'new/ibdata1': 'copy' });
    const ended = await runVerb('swap', { DATADIR: data, WORK: work, POSITION: position, KEEP: 'true' });
    expect(ended.result).toMatchObject({ out: outs, in: 1 });
    expect(harvest(data)).toEqual({ ibdata1: 'copy', 'grastate.dat': grastate });
    const { result } = await runVerb('position', { DATADIR: data }, { claims: `${root}=data-0 /backups=x` });
    expect(result).toMatchObject({ source: 'grastate', seqno: '6', swaps: [{ run: 'k3p9x2', state: 'whole' }] });
  });

  test('with KEEP false removes the former data once the swap is whole', async () => {
    const of = volume();
    const values = { ...of.values, KEEP: 'false' };
    for (const ended of [await runVerb('swap', values), await runVerb('swap', values)]) {
      expect(ended.result).toMatchObject({ out: outs, in: ins });
      expect(harvest(of.work)).not.toHaveProperty(['old/ibdata1']);
    }
    const { failure } = await swapBack(of);
    expect(failure?.found).toContain('removed');
    expect(await swapsOf(of)).toEqual([{ run: 'k3p9x2', state: 'dropped' }]);
    expect(dataOf(of)).toEqual({ ...copy, ...kept, 'grastate.dat': grastate });
  });

  test('refuses a name with a line end while nothing is moved', async () => {
    const of = volume({ former: { ...former, 'a\nb': 'x' } });
    const before = harvest(of.data);
    const { failure, result } = await swap(of);
    expect([failure?.expected, result]).toEqual(['names without a line end', undefined]);
    expect(harvest(of.data)).toEqual(before);
  });

  test('refuses without an unpacked copy', async () => {
    const of = volume();
    rmSync(join(of.work, 'state', 'unpacked'));
    expect((await swap(of)).failure?.found).toBe('none');
    expect(await swapsOf(of)).toEqual([{ run: 'k3p9x2', state: 'none' }]);
  });

  test('stops when something else has written a name that is to come in', async () => {
    const of = volume();
    await swap(of, powerCutAt(6, 'after'));
    plant(of.data, { aria_log_control: 'of a server that ran' });
    const { failure } = await swap(of);
    expect(failure?.found).toContain('it is there');
    expect(dataOf(of)).toMatchObject({ aria_log_control: 'of a server that ran' });
    expect(harvest(join(of.work, 'new'))).toMatchObject({ aria_log_control: 'copy' });
  });
});

describe('after a power cut at any rename of swap', () => {
  test('the position says half (or none or whole), and swap again makes it whole', async () => {
    const of = volume();
    const cuts = await atEveryCut(
      of,
      (commands) => swap(of, commands),
      async (at) => {
        const { source, swaps } = (await runVerb('position', of.values)).result ?? {};
        const [one] = swaps as { state: string }[];
        if (one?.state === 'half') {
          expect(source, at).toBe('half');
          const data = dataOf(of);
          if ('grastate.dat' in data)
            expect(
              [
                { ...former, ...kept },
                { ...copy, ...kept, 'grastate.dat': grastate },
              ],
              at,
            ).toContainEqual(data);
        } else expect(['none', 'whole'], at).toContain(one?.state);
        expectWhole(of, await swap(of));
      },
    );
    expect(cuts).toBeGreaterThan(outs + ins);
  }, 120_000);

  test('swap-back gives the former data back', async () => {
    const of = volume();
    await atEveryCut(
      of,
      (commands) => swap(of, commands),
      async () => {
        expectBack(of, await swapBack(of));
        expectBack(of, await swapBack(of));
      },
    );
  }, 120_000);
});

describe('after a power cut at any rename of swap-back', () => {
  test.each([
    ['a whole swap', undefined],
    ['half of one', 11],
  ])(
    'from %s, swap-back again gives the former data, swap the copy',
    async (_, cut) => {
      const of = volume();
      await swap(of, cut === undefined ? undefined : powerCutAt(cut, 'after'));
      const cuts = await atEveryCut(
        of,
        (commands) => swapBack(of, commands),
        async () => {
          const again = join(temporaryFolder(), 'data');
          copyFolder(of.data, again);
          expectBack(of, await swapBack(of));
          copyFolder(again, of.data);
          expectWhole(of, await swap(of));
        },
      );
      expect(cuts).toBeGreaterThan(4);
    },
    120_000,
  );
});

test('swap-back keeps all that the copy has made since, and swap brings it again with its own position', async () => {
  const of = volume();
  await swap(of);
  const used = {
    ...copy,
    'grastate.dat': 'at 99',
    'galera.cache': 'copy',
    'since/t.ibd': 'copy',
    'mysql-bin.000001': 'copy',
  };
  plant(of.data, used);
  const back = await swapBack(of);
  expect(back.result).toMatchObject({ in: outs });
  expect(dataOf(of)).toEqual({ ...former, ...kept });
  expect(harvest(join(of.work, 'new'))).toEqual(used);
  expect(await swapsOf(of)).toEqual([{ run: 'k3p9x2', state: 'back' }]);
  plant(of.data, { 'made later': 'former' });
  expect((await swap(of)).result).toMatchObject({ out: outs + 1 });
  expect(dataOf(of)).toEqual({ ...used, ...kept });
  expect(harvest(join(of.work, 'old'))).toEqual({ ...former, 'made later': 'former' });
});

test('swap-back without a swap does nothing', async () => {
  const of = volume();
  expect((await swapBack(of)).result).toMatchObject({ out: 0, in: 0 });
  expect(dataOf(of)).toEqual({ ...former, ...kept });
});

test('whatever the names, nothing is lost: one power cut, one change of mind', async () => {
  const name = fc
    .oneof(
      fc.constantFrom(
        '-rf',
        '#sql-ib12',
        'a b',
        ' ',
        '*',
        '?',
        '$(x)',
        '"',
        "'",
        '\\',
        'out x',
        'in x',
        '.hidden',
        'é',
        '@',
        '[',
        ']',
        '~',
        'old',
        'new',
      ),
      fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 12 }),
    )
    .filter(
      (text) => !/[/\0\n]|^\.{1,2}$|^lost\+found$|^galera_runbook_|\.pem$|^\.my\.cnf$|^grastate\.dat$/.test(text),
    );
  const names = fc.uniqueArray(name, { minLength: 1, maxLength: 5 });
  const trees = (as: string) => names.map((list) => Object.fromEntries(list.map((each) => [each, as])));
  await fc.assert(
    fc.asyncProperty(
      trees('former'),
      trees('copy'),
      fc.integer({ min: 1, max: 14 }),
      fc.boolean(),
      async (before, after, cut, back) => {
        const of = volume({ former: before, copy: after });
        await swap(of, powerCutAt(cut, 'after'));
        if (back) {
          expect((await swapBack(of)).failure).toBeUndefined();
          expect(dataOf(of)).toEqual({ ...before, ...kept });
          expect(harvest(join(of.work, 'new'))).toMatchObject(after);
        } else {
          expect((await swap(of)).failure).toBeUndefined();
          expect(dataOf(of)).toEqual({ ...after, ...kept, 'grastate.dat': grastate });
          expect(harvest(join(of.work, 'old'))).toEqual(before);
        }
      },
    ),
    { numRuns: 25 },
  );
}, 120_000);

describe('discard', () => {
  const discard = (of: Volume, what: string) => runVerb('discard', { WORK: of.work, WHAT: what });

  test('of a copy that was not swapped in leaves nothing', async () => {
    const of = volume();
    expect((await discard(of, 'unpacked')).result?.bytes).toBeGreaterThan(0);
    expect(harvest(of.data)).toEqual({ ...former, ...kept });
    expect((await discard(of, 'unpacked')).result).toMatchObject({ bytes: 0 });
  });

  test('never touches the data set aside, unless told all', async () => {
    const of = volume();
    await swap(of);
    await discard(of, 'unpacked');
    expect(harvest(join(of.work, 'old'))).toEqual(former);
    expect(await swapsOf(of)).toEqual([{ run: 'k3p9x2', state: 'whole' }]);
    expect((await swapBack({ ...of, work: of.work })).failure).toBeUndefined();
  });

  test('all: the whole work folder', async () => {
    const of = volume();
    await swap(of);
    await discard(of, 'all');
    expect(harvest(of.data)).toEqual({ ...copy, ...kept, 'grastate.dat': grastate });
  });

  test('all, cut at any moment: swap-back is refused where it began, and discard again ends it', async () => {
    const rm = commandFolder({
      rm: `
        count=$(($(cat "$0.count" 2>/dev/null || echo 0) + 1)); echo $count > "$0.count"
        [ "$count" != "$(cat "$0.at")" ] && exec /bin/rm "$@"
        /usr/bin/find "\${@: -1}" -mindepth 1 -maxdepth 2 -name 'i*' -delete 2> /dev/null
        kill -9 $PPID; exit 1`,
    });
    let dropped = 0;
    for (let at = 1; ; at++) {
      const of = volume();
      await swap(of);
      writeFileSync(join(rm, 'rm.at'), String(at));
      rmSync(join(rm, 'rm.count'), { force: true });
      const ended = await runVerb('discard', { WORK: of.work, WHAT: 'all' }, { commands: rm });
      if (ended.code === 0) break;
      const [left] = (await swapsOf(of)) as { state: string }[];
      if (left?.state === 'dropped') {
        dropped++;
        expect((await swapBack(of)).failure?.found, `rm ${at}`).toContain('given up');
      } else if (left?.state === 'whole') {
        const other = join(temporaryFolder(), 'data');
        copyFolder(of.data, other);
        expectBack(of, await swapBack(of));
        copyFolder(other, of.data);
      } else expect(left, `rm ${at}`).toBeUndefined();
      expect((await discard(of, 'all')).failure).toBeUndefined();
      expect(harvest(of.data)).toEqual({ ...copy, ...kept, 'grastate.dat': grastate });
    }
    expect(dropped).toBeGreaterThan(0);
  }, 120_000);

  test.each(['unpacked', 'all'])('%s is refused while a swap is half', async (what) => {
    const of = volume();
    await swap(of, powerCutAt(9, 'after'));
    const before = harvest(of.data);
    expect((await discard(of, what)).failure?.found).toBe('it is half');
    expect(harvest(of.data)).toEqual(before);
  });

  test('of a folder that is no work folder is refused', async () => {
    const folder = temporaryFolder();
    plant(folder, former);
    expect((await runVerb('discard', { WORK: folder, WHAT: 'all' })).failure?.found).toBe(folder);
    expect(harvest(folder)).toEqual(former);
  });
});

describe('bootstrap', () => {
  test.each([
    ['1', uuid, '6'],
    ['0', '00000000-0000-0000-0000-000000000000', '-1'],
  ])('SAFE %s writes what Galera reads', async (safe, of, seqno) => {
    const data = temporaryFolder();
    plant(data, former);
    const { result } = await runVerb('bootstrap', { DATADIR: data, POSITION: `${of}:${seqno}`, SAFE: safe });
    expect(result).toMatchObject({ position: { uuid: of, seqno } });
    const written = renderGrastate({ position: { uuid: of, seqno }, safeToBootstrap: safe === '1' });
    expect(harvest(data)).toEqual({ ...former, 'grastate.dat': written });
  });

  test('is refused while a swap is half, and without a position', async () => {
    const of = volume();
    await swap(of, powerCutAt(9, 'after'));
    const before = harvest(of.data);
    const half = await runVerb('bootstrap', { ...of.values, SAFE: '1' });
    expect(half.failure?.expected).toContain('no half swap');
    const odd = await runVerb('bootstrap', { ...volume().values, POSITION: 'x:1', SAFE: '1' });
    expect(odd.failure?.found).toBe('x:1');
    expect(harvest(of.data)).toEqual(before);
  });
});

describe('position', () => {
  const at = async (tree: Tree) => {
    const data = temporaryFolder();
    plant(data, tree);
    return await runVerb('position', { DATADIR: data });
  };
  const state = (seqno: string, safe: boolean, of = uuid) =>
    renderGrastate({ position: { uuid: of, seqno }, safeToBootstrap: safe });

  test('from grastate.dat', async () => {
    const found = await at({ ...former, 'grastate.dat': state('4103391', true) });
    expect(found.result).toEqual({
      source: 'grastate',
      uuid,
      seqno: '4103391',
      safeToBootstrap: true,
      swaps: [],
      rows: [],
      rowCount: 0,
    });
    const padded = await at({ ...former, 'grastate.dat': state('7', false).replaceAll('\n', '   \r\n') });
    expect(padded.result).toMatchObject({ seqno: '7', safeToBootstrap: false });
  });

  test('of zeros is an answer: such a member takes a state transfer', async () => {
    const zero = '00000000-0000-0000-0000-000000000000';
    const found = await at({ ...former, 'grastate.dat': state('-1', false, zero) });
    expect(found.result).toMatchObject({ source: 'grastate', uuid: zero, seqno: '-1' });
  });

  test('of nothing but what a swap leaves in place is empty', async () => {
    expect((await at(kept)).result).toMatchObject({ source: 'empty' });
    expect((await runVerb('position', { DATADIR: '/nonexistent' })).result).toMatchObject({ source: 'empty' });
  });

  test('starts no server where the system tablespace is missing: it would make one', async () => {
    const found = await at({ 'grastate.dat': state('-1', false), 'mysql/x': '' });
    expect(found.failure?.expected).toContain('ibdata1');
    expect(found.result).toBeUndefined();
  });
});

test('SIGTERM during a swap: it says so, and swap again makes it whole', async () => {
  const of = volume();
  const commands = commandFolder({ mv: 'sleep 0.05; exec /bin/mv "$@"' });
  const started = startVerb('swap', of.values, { commands });
  setTimeout(() => started.process.kill('SIGTERM'), 300);
  const ended = await started.ended;
  expect(ended.failure?.expected).toBe('swap to end by itself');
  expectWhole(of, await swap(of));
});

describe('where a swap stands', () => {
  const spoilt = {
    'cannot be read': (of: Volume) => plant(join(of.work, 'state/swap.phase'), { 'a folder': null }),
    'is a word that nobody wrote': (of: Volume) => plant(of.work, { 'state/swap.phase': 'swap' }),
    'is an empty file': (of: Volume) => plant(of.work, { 'state/swap.phase': '' }),
  };
  const verbs = ['position', 'bootstrap', 'swap', 'swap-back', 'discard', 'unpack'] as const;

  test.each(Object.keys(spoilt).flatMap((what) => verbs.map((verb) => [what, verb] as const)))(
    '%s: %s touches nothing and says so',
    async (what, verb) => {
      const of = volume();
      spoilt[what as keyof typeof spoilt](of);
      const before = harvest(of.data);
      const ended = await runVerb(verb, {
        ...of.values,
        SAFE: '1',
        WHAT: 'all',
        BACKUPS: '/nonexistent',
        ID: 'x',
        FILE: 'x',
      });
      expect(ended.failure?.expected).toContain('where a swap stands');
      expect(ended.code).not.toBe(0);
      expect(ended.result).toBeUndefined();
      expect(harvest(of.data)).toEqual(before);
    },
  );
});
