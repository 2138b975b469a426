import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attention } from '../../src/screens/attention.ts';
import { frame } from '../../src/screens/frame.ts';
import { bindingOfKey, bindingOn, type CommandName } from '../../src/screens/key-table.ts';
import { textOf } from '../../src/screens/line.ts';
import { type ScreenName, screenNames } from '../../src/screens/state.ts';
import { viewOf } from '../../src/screens/view.ts';
import { whyNot } from '../../src/screens/works.ts';
import { clock } from '../record/canned.ts';
import { healthy, limping, listing, runbookRow, type World } from './world.ts';

/** A key that a text names, and the one that is pressed before it. */
interface Promised {
  readonly key: string;
  readonly after?: string;
}

/** `…: b takes the first`, `…: 1, then b takes a backup`, `…  d describe, l logs`. */
function promisedBy(text: string): Promised[] {
  const named = /(?<=(?:: |, |\s{2}|then ))(esc|enter|tab|[a-zN1-4])(?=(?:,? then| [a-z]{3,})|$)/g;
  const found = [...text.matchAll(named)];
  return found.map(([key], index) => {
    const before = text.slice(0, found[index]?.index).endsWith('then ') ? found[index - 1]?.[0] : undefined;
    return before === undefined ? { key } : { key, after: before };
  });
}

const leadsTo: { readonly [C in CommandName]?: ScreenName } = {
  dashboard: 'dashboard',
  runbooks: 'runbooks',
  backups: 'backups',
  runs: 'runs',
};

/** Why a key that is named on a screen does not do what is said; undefined when it does. */
function broken(world: World, screen: ScreenName, { key, after }: Promised): string | undefined {
  const on = after === undefined ? screen : leadsTo[bindingOfKey(after)?.command ?? 'up'];
  const binding = bindingOfKey(key);
  if (binding === undefined || on === undefined || !bindingOn(binding, on)) return `${key} is dead on ${on}`;
  const state = world.state();
  // What the key before it leads to is there with its list, and the cursor on its first.
  return after === undefined ? whyNot(binding.command, viewOf({ ...state, ui: { ...state.ui, screen } })) : undefined;
}

/** What stands between the first rows and the last two. */
function body(world: World): readonly string[] {
  return frame(world.state())
    .slice(3, -2)
    .map((line) => textOf(line).trim());
}

const at = '03:12:40';
const nothing = listing(at, { backups: { ...listing(at).backups, rows: [] }, runs: [] });

const runbook = runbookRow('galera-backup');

/** Empty panels: what makes each empty. */
const empties: readonly (readonly [what: string, screen: ScreenName, says: RegExp, make: (world: World) => void])[] = [
  ['no backup on the dashboard', 'dashboard', /no backups/, ({ writer }) => writer.listed(nothing, clock(at), 1)],
  ['no run on the dashboard', 'dashboard', /no runs/, ({ writer }) => writer.listed(nothing, clock(at), 1)],
  ['no backup', 'backups', /no backups/, ({ writer }) => writer.listed(nothing, clock(at), 1)],
  ['no run', 'runs', /no runs/, ({ writer }) => writer.listed(nothing, clock(at), 1)],
  ['a filter of the dashboard', 'dashboard', /match.*esc clears/, ({ writer }) => writer.filter('dashboard', 'zz')],
  ['a filter of the backups', 'backups', /match.*esc clears/, ({ writer }) => writer.filter('backups', 'zz')],
  ['a filter of the runs', 'runs', /match.*esc clears/, ({ writer }) => writer.filter('runs', 'zz')],
  ['no runbook read', 'runbooks', /not read yet/, () => undefined],
  ['no runbook', 'runbooks', /no runbooks/, ({ writer }) => writer.runbooks([])],
  [
    'a filter of the runbooks',
    'runbooks',
    /0 of 1 match/,
    ({ writer }) => {
      writer.runbooks([runbook]);
      writer.filter('runbooks', 'zz');
    },
  ],
  ['no target', 'targets', /no targets/, ({ writer }) => writer.targets([])],
  [
    'a filter of the targets',
    'targets',
    /0 of 1 match/,
    ({ writer }) => {
      writer.targets([{ name: 'shop', cluster: 'lab', namespace: 'openstack', context: 'prod-east' }]);
      writer.filter('targets', 'zz');
    },
  ],
  [
    'no parameter',
    'parameters',
    /no parameters/,
    ({ writer }) => writer.editing({ runbook: 'galera-start', rows: [] }),
  ],
  ['no plan to edit', 'parameters', /no plan is open/, () => undefined],
  ['no plan', 'plan', /no plan is open/, () => undefined],
  ['no run open', 'run', /no run is open/, () => undefined],
  ['no text', 'text', /nothing is open/, () => undefined],
];

/** Beside what is not empty, and the end of what a filter says. */
const others = new Set([
  '}": esc clears',
  ' mend what the plan names, then plan again.  esc back',
  'enter plans it, d reads it',
  // A debt that is listed is there to be repaired, and a view can be written anywhere.
  ': nobody carries it, p repairs',
  ': it may be at work, p finds out',
  'more could not be read: 1, then o, has all of them',
  ': o writes all',
]);

describe('an empty panel', () => {
  it.each(empties)('%s names a key that works there', (_what, screen, says, make) => {
    const world = healthy();
    make(world);
    world.writer.show(screen);
    const told = body(world).find((text) => says.test(text)) ?? '';
    expect(told).toMatch(says);
    expect(promisedBy(told)).not.toEqual([]);
    expect(promisedBy(told).map((each) => broken(world, screen, each))).toEqual(promisedBy(told).map(() => undefined));
  });

  it('is looked at here, wherever a screen has one', () => {
    const folder = join(import.meta.dirname, '..', '..', 'src', 'screens');
    const files = readdirSync(folder).filter((name) => /^screen-|^filtering/.test(name));
    const texts = files.flatMap(
      (name) => readFileSync(join(folder, name), 'utf8').match(/(?<=['`])[^'`\n]+(?=['`])/g) ?? [],
    );
    const promising = texts.filter((text) => promisedBy(text).length > 0);
    const isTried = (text: string) => others.has(text) || empties.some(([, , says]) => says.test(text));
    expect(promising.length).toBeGreaterThan(8);
    expect(promising.filter((text) => !isTried(text))).toEqual([]);
  });
});

describe('a key that a screen names beside what it shows', () => {
  it('is p, on every screen that shows a debt on row 3', () => {
    const world = limping();
    for (const screen of screenNames) {
      world.writer.jump(screen);
      expect(textOf(frame(world.state())[2] ?? [])).toMatch(/p repair\s*$/);
      expect(broken(world, screen, { key: 'p' })).toBeUndefined();
    }
  });

  it('works from the dashboard, in every entry of what needs a person', () => {
    const world = limping();
    const promised = attention(viewOf(world.state())).flatMap(({ says }) => promisedBy(says));
    expect(promised.map(({ key }) => key)).toEqual(expect.arrayContaining(['d', 'l', 'p']));
    expect(promised.map((each) => broken(world, 'dashboard', each))).toEqual(promised.map(() => undefined));
  });

  it('works on the runbook under the cursor', () => {
    const world = healthy();
    world.writer.runbooks([runbook]);
    world.writer.show('runbooks');
    const told = body(world).find((text) => text.includes('enter plans it')) ?? '';
    expect(promisedBy(` ${told}`).map(({ key }) => key)).toEqual(['d']);
    expect(['enter', 'd'].map((key) => broken(world, 'runbooks', { key }))).toEqual([undefined, undefined]);
  });

  it('works where a refused backup names it', () => {
    const world = limping();
    for (const screen of ['dashboard', 'backups'] as const) {
      world.writer.jump(screen);
      const promised = promisedBy(whyNot('backup', viewOf(world.state())) ?? '');
      expect(promised).toHaveLength(1);
      expect(promised.map((each) => broken(world, screen, each))).toEqual([undefined]);
    }
  });
});
