import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutations } from '../safety/mutations.ts';
import { rules } from '../safety/rules.ts';

const resultsFile = join(import.meta.dirname, '..', 'safety', 'results.json');

/** docs/safety.md: each safety rule, the files that hold it, its tests, and what fails when it is switched off. */
export function safetyPage(): string {
  const results = JSON.parse(readFileSync(resultsFile, 'utf8')) as { readonly [id: string]: string };
  const sections = rules.flatMap(({ number, says, held, tests }) => [
    `## Rule ${number}`,
    '',
    says,
    '',
    `Held by ${held.map((file) => `[${file}](../${file})`).join(', ')}.`,
    '',
    ...tests.map(({ file, name }) => `- [${file}](../${file}): ${name}`),
    '',
    ...switchedOff(number, results),
  ]);
  return `${[
    '# Safety rules, and what fails without them',
    '',
    'Generated from `tools/safety` by `npm run docs`. Each rule has named tests. `npm run mutations` switches rules off one at a time, in a copy',
    'of the sources, and sees what fails: a named test, or the robot operator of `test/robot` with a seed that breaks one of its invariants.',
    '',
    ...sections,
  ]
    .join('\n')
    .trimEnd()}\n`;
}

function switchedOff(rule: number, results: { readonly [id: string]: string }): readonly string[] {
  const own = mutations.filter((mutation) => mutation.rule === rule);
  if (own.length === 0) return [];
  const rows = own.map(
    ({ id, says, file, by }) => `| \`${id}\` | ${says} | ${file} | ${by} | ${results[id] ?? 'not run yet'} |`,
  );
  return ['| switched off | so that | in | run | what fails |', '| --- | --- | --- | --- | --- |', ...rows, ''];
}
