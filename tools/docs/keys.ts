import { type Binding, keyTable } from '../../src/screens/key-table.ts';
import { table } from './markdown.ts';

const groups: { readonly [G in Binding['group']]: string } = {
  look: 'Look',
  act: 'Act: opens a plan, changes nothing',
  leave: 'Leave',
};

/** `docs/reference/keys.md`. */
export function keysPage(): string {
  return `# Keys of the screens\n\n${keysTables()}\n`;
}

/** From the table that footer and help are made of. */
export function keysTables(): string {
  const parts = Object.entries(groups).map(([group, title]) => {
    const rows = keyTable
      .filter((binding) => binding.group === group)
      .map(({ keys, word, more, on }) => [
        keys.map((key) => `\`${key}\``).join(' '),
        more ?? word,
        on === undefined ? 'everywhere' : on.join(', '),
      ]);
    return `## ${title}\n\n${table(['key', 'what it does', 'where'], rows)}`;
  });
  return `${parts.join('\n\n')}

## Start: only inside a gate

${table(
  ['key', 'what it does'],
  [
    ['`y`', 'yes, 400 ms after the gate was drawn, alone, not pasted and not held down'],
    ['`n` `esc` `ctrl-c`', 'no; to a gate of a run only alone and not held down'],
    [
      'letters, `backspace`, `enter`',
      'in a gate that destroys: the name of the cluster, typed; faster than fingers is taken for a paste; enter counts once it is right',
    ],
  ],
)}`;
}
