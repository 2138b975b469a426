import { describe, expect, it } from 'vitest';
import { layers } from '../../tools/layers.ts';
import { filesIn, manifest, readRoot } from './checkout.ts';

const pages = filesIn('docs', 'decisions').map((path) => ({ path, text: readRoot(path) }));

function pageOf(dependency: string): string | undefined {
  return pages.find(({ text }) => text.includes(`\`${dependency}\``))?.path;
}

describe('docs/decisions', () => {
  it.each(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }))(
    'have a page that names %s',
    (name) => {
      expect(pageOf(name)).toBeDefined();
    },
  );

  it.each(Object.keys(manifest.dependencies))('give %s an owner in tools/layers.ts, which its page names', (name) => {
    const owners = Object.entries(layers).flatMap(([folder, { packages }]) =>
      packages.includes(name) ? [folder] : [],
    );
    expect(owners).not.toEqual([]);
    const named = owners.map((owner) => `\`src/${owner}\``);
    const own = pages.filter(({ text }) => [`\`${name}\``, ...named].every((word) => text.includes(word)));
    expect(own).toHaveLength(1);
  });

  it.each(pages)('$path has a date and says what was weighed', ({ text }) => {
    expect(text).toMatch(/^# .+\n\n\d{4}-\d\d-\d\d/);
    expect(text).toMatch(/^## Weighed$/m);
    expect(text).toMatch(/^## Chosen$/m);
    expect(text.length).toBeLessThan(3_500);
  });

  it('name no owner that tools/layers.ts does not have', () => {
    const folders = pages.flatMap(({ text }) => [...text.matchAll(/`src\/([a-z]+)`/g)].map((match) => match[1] ?? ''));
    expect(folders.filter((folder) => !(folder in layers))).toEqual([]);
  });
});
