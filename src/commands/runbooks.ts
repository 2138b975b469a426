import { catalogue } from '../actions/catalogue.ts';
import { FailureError } from '../base/failure.ts';
import { listRunbooks } from '../host/runbook-files.ts';
import { formatProblem } from '../runbook/problem.ts';
import { type Danger, type Runbook, type Step, worse } from '../runbook/runbook.ts';
import { columns } from './columns.ts';
import type { Globals } from './globals.ts';
import { loadFile, loadRunbook, RunbookError, siteRunbooks } from './load-runbook.ts';
import { data, talk, tellFailure } from './output.ts';

/** The worst that a document's steps may do. */
export function dangerOf(runbook: Runbook): Danger {
  return runbook.steps.reduce<Danger>((worst, step) => worse(worst, dangerOfStep(step)), 'reads');
}

/** The worst that a step may do, with any input. */
export function dangerOfStep({ action: name }: Step): Danger {
  const action = catalogue.get(name);
  return action?.kind === 'do' ? action.maxDanger : 'reads';
}

/** Whether ctrl-c stops it in the middle. */
export function isStoppable({ action: name }: Step): boolean {
  const action = catalogue.get(name);
  return action?.kind === 'do' && action.stoppable;
}

export async function listAll(globals: Globals): Promise<number> {
  const files = await listRunbooks(await siteRunbooks(globals));
  const rows = await Promise.all(
    files.map(async (file) => {
      try {
        const { runbook } = await loadFile(file);
        return {
          name: file.name,
          from: file.from,
          danger: dangerOf(runbook),
          flavours: runbook.flavours,
          summary: runbook.summary,
        };
      } catch (thrown) {
        if (!(thrown instanceof RunbookError)) throw thrown;
        return {
          name: file.name,
          from: file.from,
          danger: 'invalid',
          flavours: [],
          summary: `${thrown.problems.length} problems: galera-runbook runbooks validate ${file.path}`,
        };
      }
    }),
  );
  if (globals.output === 'json') data(JSON.stringify(rows, null, 2));
  else
    data(
      columns(
        ['runbook', 'danger', 'flavours', 'what it does'],
        rows.map((row) => [row.name, row.danger, row.flavours.join(' '), row.summary]),
      ).join('\n'),
    );
  return 0;
}

export async function show(globals: Globals, word: string): Promise<number> {
  const { runbook } = await loadRunbook(globals, word);
  data(globals.output === 'json' ? JSON.stringify(runbook, null, 2) : runbook.text);
  return 0;
}

/** Every problem of every document, at once; exit 2 when there is one. */
export async function validate(globals: Globals, words: readonly string[]): Promise<number> {
  const site = await siteRunbooks(globals);
  const targets = words.length > 0 ? words : (await listRunbooks(site)).map((file) => file.path);
  let bad = 0;
  const results: { readonly runbook: string; readonly problems: readonly unknown[] }[] = [];
  for (const word of targets) {
    try {
      const { runbook } = await loadRunbook(globals, word);
      results.push({ runbook: word, problems: [] });
      if (globals.output === 'text')
        data(
          `${runbook.name}: valid, ${runbook.steps.length} steps, ${runbook.rollback.length} for rollback, sha256 ${runbook.sha256}`,
        );
    } catch (thrown) {
      if (!(thrown instanceof FailureError)) throw thrown;
      bad += 1;
      if (!(thrown instanceof RunbookError)) {
        results.push({ runbook: word, problems: [thrown.failure] });
        if (globals.output === 'text') tellFailure(thrown.failure);
        continue;
      }
      results.push({ runbook: word, problems: thrown.problems });
      if (globals.output === 'text') for (const problem of thrown.problems) talk(formatProblem(problem));
    }
  }
  if (globals.output === 'json') data(JSON.stringify(results, null, 2));
  return bad === 0 ? 0 : 2;
}
