import { catalogue } from '../actions/catalogue.ts';
import { FailureError, failure } from '../base/failure.ts';
import { factsOf } from '../engine/catalogue-facts.ts';
import { ConfigMissing } from '../host/config-file.ts';
import { findRunbook, type RunbookFile, readRunbook } from '../host/runbook-files.ts';
import { parseRunbook } from '../runbook/parse.ts';
import type { Problem } from '../runbook/problem.ts';
import type { Runbook } from '../runbook/runbook.ts';
import type { Globals } from './globals.ts';
import { readConfiguration } from './targets.ts';

/** A document that is not accepted, with everything that is wrong with it. */
export class RunbookError extends FailureError {
  override readonly name = 'RunbookError';
  readonly problems: readonly Problem[];
  constructor(path: string, problems: readonly Problem[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(failure('usage', `a valid runbook at ${path}`, count, 'mend the document; nothing was run'));
    this.problems = problems;
  }
}

/** The site's folder: the flag, else what the configuration says; no configuration is fine here. */
export async function siteRunbooks(globals: Globals): Promise<{ readonly site?: string }> {
  if (globals.runbooks !== undefined) return { site: globals.runbooks };
  if (globals.practice) return {};
  try {
    const { runbooks } = await readConfiguration(globals, process.env);
    return runbooks === undefined ? {} : { site: runbooks };
  } catch (thrown) {
    if (thrown instanceof ConfigMissing) return {};
    throw thrown;
  }
}

export interface LoadedRunbook {
  readonly runbook: Runbook;
  readonly bytes: Uint8Array;
}

export async function loadRunbook(globals: Globals, word: string): Promise<LoadedRunbook> {
  return await loadFile(await findRunbook(word, await siteRunbooks(globals)));
}

export async function loadFile(file: RunbookFile): Promise<LoadedRunbook> {
  const bytes = await readRunbook(file);
  return { runbook: parsed(bytes, file.path, file.name), bytes };
}

/** The document that a run has kept: parsed again when the run is taken up. */
export function parsed(bytes: Uint8Array, path: string, name: string): Runbook {
  const result = parseRunbook(bytes, path, factsOf(catalogue));
  if ('problems' in result) throw new RunbookError(path, result.problems);
  return { ...result.runbook, name };
}
