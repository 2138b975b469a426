import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keysTables } from './keys.ts';

const golden = join(import.meta.dirname, '..', '..', 'test', 'screens', 'golden');

/** Pictures of the page: the tests draw them and hold the program to them. */
const pictures: readonly (readonly [title: string, file: string, says: string])[] = [
  [
    'At rest',
    'dashboard-80x24',
    'Row 1 says which Galera cluster this is and what time it is there, row 2 how it is, row 3 what somebody owes; a `?` there means that not all of it could be read, and `Attention` says what and why. Then the members, live each second; the backups, with their proof; the last runs.',
  ],
  [
    'Something to look at',
    'dashboard-attention-80x24',
    'What needs a person stands where the runs stood, the worst first: what, since when, what it means, and the key. A value that could not be read is `?`, never the last good one.',
  ],
  [
    'The plan',
    'plan-restore-80x24',
    'Every run begins with its plan, which has only read. Danger and loss come first. `y` works once the last line was shown.',
  ],
  [
    'A run',
    'run-80x24',
    'Steps at the left, what the step does and how far it is at the right. Row 23 says what ctrl-c would mean now.',
  ],
  [
    'A gate for yes or no',
    'gate-yes-no-80x24',
    'As it opens the cluster is looked at, and its keys work 400 ms after what was seen was drawn: what the run itself has just done asks nobody again. What is pasted, held down or typed ahead does not answer. When the cluster changes under it, it asks again.',
  ],
  [
    'A gate where the name is typed',
    'gate-typed-80x24',
    'Before data is replaced: namespace and name of the cluster, letter by letter, then enter.',
  ],
  [
    'A step that failed',
    'run-failed-swapped-80x24',
    'What was expected, what was found, what to do next, and what is owed. The cursor is on the member that is broken: `l` is its log, `d` all that is known of it. `c`, `u` and `p` ask before they do anything.',
  ],
  [
    'Backups',
    'backups-80x24',
    '`r` restores the one under the cursor: first its plan. How long that takes is measured by the last restore that was done here.',
  ],
  [
    'Runs and debts',
    'runs-debts-80x24',
    'What somebody owes stands above the runs, with the command that ends it. `d` on a debt, a run or a step shows every value.',
  ],
  [
    'A larger terminal',
    'dashboard-120x40',
    'From 120 columns on there is more of everything, and a panel that follows the cursor.',
  ],
];

function pictureOf(file: string): string {
  return readFileSync(join(golden, `${file}.txt`), 'utf8').trimEnd();
}

/** `docs/screens.md`: what the screens look like, from the pictures of the tests, and the keys. */
export function screensPage(): string {
  const known = new Set(readdirSync(golden));
  const parts = pictures.map(([title, file, says]) => {
    if (!known.has(`${file}.txt`)) throw new Error(`no picture ${file}`);
    return `## ${title}\n\n${says}\n\n\`\`\`text\n${pictureOf(file)}\n\`\`\``;
  });
  return `# Screens

\`galera-runbook\` opens them on a terminal of 80×24 or more; \`galera-runbook practice\` opens them on a cluster that is not real. The pictures are made by the
tests.

\`b\` and \`y\` is a backup. \`r\`, \`r\` and \`y\` begins a restore, which asks again before it cuts, stops, replaces and starts. \`?\` shows what works where you are;
nothing starts by a key outside a gate. The mouse is left to the terminal. \`NO_COLOR\` and terminals without UTF-8 show the same. Line by line instead:
\`--plain\`, \`TERM=dumb\`, or no terminal.

${parts.join('\n\n')}

## Keys

${keysTables().replaceAll(/^## /gm, '### ')}
`;
}
