import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../src/commands/main.ts';
import { readConfig } from '../../src/host/config-file.ts';
import { filesIn, manifest, readRoot, root } from './checkout.ts';

const readme = readRoot('README.md');

function fences(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    (match) => match[1]?.trim() ?? '',
  );
}

describe('the README', () => {
  const [start = '', test = ''] = fences(readme, 'sh');

  it('has on its first screen the command that shows the program and the command that tests it', () => {
    expect(start).toBe('npm ci && npm start');
    expect(test).toBe('npm ci && npm test');
    expect(readme.split('\n').indexOf('npm ci && npm test')).toBeLessThan(26);
  });

  it('names commands that package.json has and CI runs', () => {
    const ci = readRoot('.ci', 'run');
    for (const part of [...start.split(' && '), ...test.split(' && '), 'npm run demo']) {
      expect(ci).toMatch(new RegExp(`^[^#]*\\b${part}\\b`, 'm'));
      const script = part.replace(/^npm (run )?/, '');
      if (script !== 'ci') expect(manifest.scripts).toHaveProperty(script);
    }
  });

  it('shows a configuration that the program takes, of ten lines', () => {
    const [yaml = ''] = fences(readme, 'yaml');
    expect(yaml.split('\n')).toHaveLength(10);
    const [target] = readConfig(yaml, 'README.md').targets;
    expect(target).toMatchObject({ namespace: 'openstack', cluster: 'lab' });
  });

  it('links every runbook that comes with the program', () => {
    const runbooks = filesIn('docs', 'runbooks');
    expect(runbooks.length).toBeGreaterThan(2);
    expect(runbooks.filter((path) => !readme.includes(`](${path})`))).toEqual([]);
  });

  it('shows commands that there are', () => {
    const [, , everyday = ''] = fences(readme, 'sh');
    const lines = everyday.split('\n');
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines)
      expect(line.startsWith('galera-runbook ') && unknownIn(line.split(' ').slice(1))).toBeUndefined();
  });
});

/** The first word that is neither a command, nor an argument that one takes, nor an option of it. */
function unknownIn(words: readonly string[]): string | undefined {
  let command: Command = commandLine(() => undefined);
  let left = 0;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word.startsWith('-')) {
      const option = command.options.find((known) => known.long === word || known.short === word);
      if (!option) return word;
      if (option.required) i++;
      continue;
    }
    const next = command.commands.find((known) => known.name() === word);
    if (!next && left === 0) return word;
    left = next ? next.registeredArguments.length : left - 1;
    command = next ?? command;
  }
  return undefined;
}

describe('links between documents', () => {
  const documents = [
    'README.md',
    'CONTRIBUTING.md',
    ...['docs', 'bench', 'test', 'src'].flatMap((folder) => filesIn(folder)),
  ].filter((path) => path.endsWith('.md') && !path.includes('golden'));

  it.each(documents)('%s leads to files that are there', (path) => {
    const links = [...readRoot(path).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? '');
    const local = links.filter((link) => !/^[a-z]+:/.test(link));
    expect(local.filter((link) => !existsSync(join(root, dirname(path), link)))).toEqual([]);
  });
});
