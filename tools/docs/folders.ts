import { layers } from '../layers.ts';
import { table } from './markdown.ts';

export function folderTable(): string {
  const rows = Object.entries(layers).map(([folder, { changes, imports, packages }]) => [
    `\`${folder}\``,
    changes,
    imports.join(' ') || '–',
    packages.filter((name) => !name.startsWith('node:')).join(' ') || '–',
  ]);
  return table(['folder in src', 'changes when', 'may import', 'owns'], rows);
}
