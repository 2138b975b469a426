import { filtered, noneMatches } from './filtering.ts';
import { heads, type Line, line, row, span } from './line.ts';
import type { TargetChoice } from './operations.ts';
import { stacked } from './panes.ts';
import { type Block, cursorIn, type Screen, windowOf } from './screen.ts';
import type { ScreensState, TargetRow } from './state.ts';
import type { View } from './view.ts';

/** The targets of the configuration with all that tells them apart, as row 1 shows it: two may have the same names. */
export const targetsScreen: Screen = {
  name: 'targets',
  members: 'tall',
  blocks,
  hints: () => ['open', 'filter', 'help', 'back'],
  line: () => 'enter connects to the target under the cursor; nothing is changed by that',
  body(view, area) {
    const all = view.state.targets ?? [];
    const listed = listedOf(view.state);
    const cursor = cursorIn(view, blocks(view), 'targets');
    const wide = area.width >= 120;
    const columns = [
      { title: 'target', width: wide ? 20 : 12, cut: 'middle' },
      { title: 'Galera', width: wide ? 16 : 10, cut: 'middle' },
      { title: 'namespace', width: wide ? 20 : 12, cut: 'middle' },
      { title: 'context', width: wide ? 30 : 14, cut: 'middle' },
      { title: 'identity', width: area.width - (wide ? 94 : 56) },
    ] as const;
    const lines = windowOf(
      listed,
      listed.findIndex(({ name }) => name === cursor),
      Math.max(1, area.height - 4),
    ).flatMap((of): Line[] => {
      const focused = of.name === cursor;
      const differs = differences(of, all);
      const cell = (part: Part, text: string) => (differs.has(part) ? span(text, 'look') : text);
      return [
        line(
          focused ? span('>', 'cursor') : ' ',
          view.state.target?.name === of.name ? ' » ' : '   ',
          row(columns, [
            focused ? span(of.name, 'cursor') : of.name,
            of.cluster,
            cell('namespace', of.namespace),
            cell('context', of.context),
            of.failing === undefined ? cell('identity', identityOf(of)) : span(`? ${of.failing}`, 'unknown'),
          ]),
        ),
        ...(differs.size === 0
          ? []
          : [line('      ', span('!', 'look'), ` same name as another: ${[...differs].join(', ')} differ`)]),
      ];
    });
    return stacked(
      [
        {
          head: ['Targets', listed.length === all.length ? `${all.length}` : `${listed.length} of ${all.length}`],
          lines: [line('    ', heads(columns)), ...(listed.length === 0 ? [line(`    ${empty(view.state)}`)] : lines)],
        },
      ],
      area.width,
    );
  },
};

type Part = 'namespace' | 'context' | 'identity';

function identityOf({ identity }: TargetRow): string {
  return identity === undefined
    ? 'being read'
    : `${identity.kubeSystemUid.slice(0, 8)}/${identity.statefulSetUid.slice(0, 8)}`;
}

/** In what a target differs from others whose Galera cluster has the same name. */
export function differences(of: TargetRow, all: readonly TargetRow[]): ReadonlySet<Part> {
  const others = all.filter(({ name, cluster }) => name !== of.name && cluster === of.cluster);
  const unlike = (part: (each: TargetChoice) => string) => others.some((each) => part(each) !== part(of));
  const known = [of, ...others].every(({ identity }) => identity !== undefined);
  return new Set<Part>([
    ...(unlike(({ namespace }) => namespace) ? (['namespace'] as const) : []),
    ...(unlike(({ context }) => context) ? (['context'] as const) : []),
    ...(known && others.some((each) => identityOf(each) !== identityOf(of)) ? (['identity'] as const) : []),
  ]);
}

function blocks({ state }: View): readonly Block[] {
  return [{ name: 'targets', ids: listedOf(state).map(({ name }) => name) }];
}

function listedOf(state: ScreensState): readonly TargetRow[] {
  return filtered(state, 'targets', state.targets ?? [], ({ name, cluster, namespace, context }) =>
    [name, cluster, namespace, context].join(' '),
  );
}

function empty(state: ScreensState): string {
  const count = state.targets?.length ?? 0;
  return count === 0 ? 'no targets are configured: esc goes back' : noneMatches(state, 'targets', count);
}
