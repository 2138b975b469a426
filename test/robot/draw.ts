import { names } from '../../src/simulator/names.ts';
import type { FaultCommand, When } from '../../src/simulator/world.ts';
import type { Act, Base, GateAnswer, Manner, Runbook, Walk } from './walk.ts';

/** Random numbers of one seed (mulberry32). */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1);
  }

  /** From 0 to below `below`. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below;
  }

  whole(from: number, to: number): number {
    return from + Math.floor(this.below(to - from + 1));
  }

  one<T>(of: readonly T[]): T {
    return of[this.whole(0, of.length - 1)] as T;
  }

  /** Once in so many. */
  in(many: number): boolean {
    return this.below(many) < 1;
  }

  /** By weight. */
  some<T>(of: readonly (readonly [number, () => T])[]): T {
    let at = this.below(of.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, make] of of) {
      at -= weight;
      if (at < 0) return make();
    }
    return (of[0] as readonly [number, () => T])[1]();
  }
}

const members = [0, 1, 2].map((ordinal) => `${names.statefulSet}-${ordinal}`);
const nodes = ['node0', 'node1', 'node2'];
const claims = [...members.map((member) => `${names.claim}-${member}`), names.backups];
const mebibyte = 1024 ** 2;

/** Stages of the runners' verbs in which something may be struck. */
const stages: readonly (readonly [string, readonly (string | undefined)[]])[] = [
  ['copy', [undefined, 'copy', 'drain']],
  ['prove', [undefined]],
  ['unpack', ['start', 'extract', 'prepare']],
  ['open', [undefined]],
  ['position', ['start', 'recover']],
  ['swap', ['start', 'out', 'in', 'whole', 'drop']],
  ['swap-back', ['start', 'leave', 'return', 'done']],
  ['bootstrap', ['start']],
  ['discard', ['start', 'old']],
  ['remove', [undefined]],
];

function fault(dice: Dice): FaultCommand {
  const member = () => dice.one(members);
  const some = () => members.filter(() => dice.in(2));
  const backup = () => `{backup ${dice.whole(0, 2)}}`;
  return dice.some<FaultCommand>([
    [4, () => ({ do: 'kill-pod', pod: member() })],
    [3, () => ({ do: 'delete-pod', pod: member() })],
    [4, () => ({ do: 'kill-processes', members: dice.in(3) ? members : some() })],
    [5, () => ({ do: 'kill-runners' })],
    [3, () => ({ do: 'power-loss' })],
    [2, () => ({ do: 'node-down', node: dice.one(nodes) })],
    [2, () => ({ do: 'node-up', node: dice.one(nodes) })],
    [2, () => ({ do: 'cut-off', members: some() })],
    [1, () => ({ do: 'heal' })],
    [2, () => ({ do: 'crash-always', member: member(), on: !dice.in(3) })],
    [
      3,
      () => ({
        do: 'fill-volume',
        claim: dice.one(claims),
        leaveBytes: dice.one([0, 100, 300, 1500, 3000]) * mebibyte,
      }),
    ],
    [2, () => ({ do: 'truncate-archive', backup: backup(), bytes: dice.whole(0, 200) * mebibyte })],
    [2, () => ({ do: 'damage-archive', backup: backup() })],
    [
      2,
      () => ({
        do: 'set-password',
        user: dice.one(['root', 'status']),
        password: `new-${dice.whole(1, 99)}`,
        secret: dice.in(2),
      }),
    ],
    [1, () => ({ do: 'slow', claim: dice.one(claims), percent: dice.one([20, 50, 100]) })],
    [3, () => ({ do: 'api', up: false, forMs: dice.one([2_000, 10_000, 50_000, 120_000]) })],
    [2, () => ({ do: 'hold-lease', holder: 'somebody@bastion-9/4711', run: 'z9z9z9' })],
    [1, () => ({ do: 'release-lease' })],
    [1, () => ({ do: 'rename-cluster', cluster: dice.one(['practice', 'another']) })],
    [2, () => ({ do: 'deny', right: dice.one(rights) })],
    [1, () => ({ do: 'allow', right: dice.one(rights) })],
    [2, () => ({ do: 'silence', member: member(), on: !dice.in(3) })],
    [4, () => ({ do: 'lose-answers', count: dice.whole(1, 3) })],
    [2, () => ({ do: 'clients', perSecond: dice.one([0, 4, 40, 400]) })],
    [
      2,
      () => ({
        do: 'sql',
        member: member(),
        statement: { kind: 'drop', table: dice.one(['shop.customers', 'shop.visits']) },
      }),
    ],
    [
      2,
      () => ({
        do: 'sql',
        member: member(),
        statement: { kind: 'delete', table: 'shop.orders', rows: dice.whole(1, 5000) },
      }),
    ],
    [
      1,
      () => ({
        do: 'sql',
        member: member(),
        statement: { kind: 'create', table: 'shop.extra', rows: 10, bytes: mebibyte },
      }),
    ],
  ]);
}

const rights = [
  'patch services',
  'patch statefulsets.apps',
  'create jobs.batch',
  'patch jobs.batch',
  'delete jobs.batch',
  'create configmaps',
  'delete configmaps',
  'get secrets',
  'list pods',
];

function moment(dice: Dice): When {
  if (dice.in(4)) return { at: dice.whole(1, 120) * 500 };
  const [verb, of] = dice.one(stages);
  const stage = dice.one(of);
  return {
    verb,
    ...(stage === undefined ? {} : { stage }),
    ...(dice.in(3) ? { member: `${dice.whole(0, 2)}` } : {}),
    afterMs: dice.one([0, 0, 10, 100, 1000, 4000]),
  };
}

/** How many lines the journal of a run has, by and large. */
const linesOf: { readonly [runbook: string]: number } = {
  'galera-backup': 45,
  'galera-restore': 110,
  'galera-start': 50,
  'galera-verify': 15,
  'galera-prune': 15,
};

function manner(dice: Dice, lines: number): Manner {
  const yes = dice.in(2);
  const answers = (): GateAnswer[] =>
    Array.from({ length: dice.whole(1, 5) }, () => dice.one(['yes', 'yes', 'yes', 'yes', 'no', 'wrong']));
  return {
    yes,
    ...(!yes && dice.in(2) ? { answers: answers() } : {}),
    ...(dice.in(3) ? { during: [{ line: dice.whole(1, lines), fault: fault(dice) }] } : {}),
    ...(dice.in(3)
      ? { crash: { at: dice.one(['before-line', 'after-line', 'after-write'] as const), number: dice.whole(1, lines) } }
      : {}),
    ...(dice.in(8) ? { stop: { line: dice.whole(1, lines), hard: dice.in(2) } } : {}),
    ...(dice.in(8) ? { elsewhere: true } : {}),
  };
}

function run(dice: Dice, wanted?: Runbook): Act & { readonly act: 'run' } {
  const runbook =
    wanted ??
    dice.some<Runbook>([
      [4, () => 'galera-backup'],
      [7, () => 'galera-restore'],
      [3, () => 'galera-start'],
      [1, () => 'galera-verify'],
      [1, () => 'galera-prune'],
    ]);
  const named = runbook === 'galera-restore' || runbook === 'galera-verify';
  const given = runbook === 'galera-restore' && dice.in(4) ? { parameters: { 'keep-current-data': 'false' } } : {};
  const dump = runbook === 'galera-start' && dice.in(3) ? { parameters: { 'state-dump': 'allow' } } : {};
  return {
    act: 'run',
    runbook,
    ...(named ? { backup: dice.whole(0, 2) } : {}),
    ...given,
    ...dump,
    ...manner(dice, linesOf[runbook] ?? 50),
  };
}

function takeUp(dice: Dice): Act & { readonly act: 'take-up' } {
  const way = dice.some([
    [5, () => 'resume' as const],
    [5, () => 'repair' as const],
    [3, () => 'rollback' as const],
    [1, () => 'close' as const],
  ]);
  return { act: 'take-up', way, run: dice.in(4) ? dice.whole(0, 2) : 0, ...manner(dice, 40) };
}

/** What befalls the cluster between two commands, or looms over the next one. */
function between(dice: Dice): Act {
  return dice.some<Act>([
    [3, () => ({ act: 'fault', fault: fault(dice) })],
    [5, () => ({ act: 'loom', when: moment(dice), fault: fault(dice) })],
    [2, () => ({ act: 'mend' })],
    [1, () => ({ act: 'time', ms: dice.one([1000, 5000, 30_000, 90_000]) })],
    [0.3, () => ({ act: 'status' })],
  ]);
}

function several(dice: Dice, most: number, make: () => readonly Act[]): readonly Act[] {
  return Array.from({ length: dice.whole(0, most) }, make).flat();
}

/** All members end: the day on which somebody starts the cluster. */
function down(dice: Dice): readonly Act[] {
  const ends = dice.one<FaultCommand>([
    { do: 'kill-processes', members },
    { do: 'power-loss' },
    { do: 'kill-processes', members: dice.in(2) ? members.slice(0, 2) : members.slice(1) },
  ]);
  const sql = (): Act => ({
    act: 'fault',
    fault: { do: 'sql', member: dice.one(members), statement: { kind: 'drop', table: 'shop.visits' } },
  });
  const behind = (): readonly Act[] => [{ act: 'fault', fault: { do: 'kill-pod', pod: dice.one(members) } }, sql()];
  return [
    ...(dice.in(2) ? behind() : []),
    { act: 'fault', fault: ends },
    { act: 'time', ms: dice.one([1000, 20_000, 60_000]) },
    run(dice, 'galera-start'),
  ];
}

/** A swap, there or back, that ends on some volumes only; then somebody starts what is there. */
function halfSwapped(dice: Dice): readonly Act[] {
  const when = (): When => ({
    verb: 'swap',
    stage: dice.one(['start', 'out', 'in', 'whole']),
    ...(dice.in(2) ? { member: `server-${dice.whole(0, 2)}` } : {}),
    afterMs: dice.one([0, 10]),
  });
  const restore = run(dice, 'galera-restore');
  return [
    { act: 'loom', when: when(), fault: dice.one<FaultCommand>([{ do: 'kill-runners' }, { do: 'power-loss' }]) },
    {
      act: 'run',
      runbook: 'galera-restore',
      backup: 0,
      yes: true,
      ...(dice.in(3) ? { during: restore.during ?? [] } : {}),
    },
    ...(dice.in(2) ? [{ act: 'run', runbook: 'galera-start', yes: true } as const] : []),
  ];
}

/** The walk of a seed: a few commands, and what befalls them. */
export function drawn(seed: number): Walk {
  const dice = new Dice(seed);
  const base = (history: Base['history']): Base => ({
    history,
    podManagement: dice.in(2) ? 'Parallel' : 'OrderedReady',
    layout: dice.in(2) ? 'root' : 'folder',
    writes: 4,
  });
  const walk = (history: Base['history'], main: readonly Act[]): Walk => ({
    seed,
    base: base(history),
    acts: [
      ...several(dice, 2, () => [between(dice)]),
      ...main,
      ...several(dice, 3, () => [...several(dice, 1, () => [between(dice)]), dice.in(3) ? run(dice) : takeUp(dice)]),
    ],
  });
  return dice.some([
    [2, () => walk(dice.in(2) ? 'new' : 'backed-up', [run(dice, 'galera-backup')])],
    [6, () => walk('backed-up', [run(dice, 'galera-restore')])],
    [2, () => walk('backed-up', down(dice))],
    [1, () => walk('backed-up', halfSwapped(dice))],
    [2, () => walk('restored', [{ ...takeUp(dice), way: dice.in(4) ? 'close' : 'rollback', run: 0 }])],
    [1, () => walk('restored', [run(dice)])],
  ]);
}
