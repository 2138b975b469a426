import { createHash } from 'node:crypto';
import { program } from '../actions/program.ts';
import { fail } from '../base/failure.ts';
import type { Plan } from '../engine/event.ts';
import { findRunbook, readRunbook } from '../host/runbook-files.ts';
import type { Runbook } from '../runbook/runbook.ts';
import type { Globals } from './globals.ts';
import { parsed, siteRunbooks } from './load-runbook.ts';
import { talk } from './output.ts';

/**
 * The document that a run has kept: the only one that it is ever carried on with. A kept text with another SHA-256 than the journal's is
 * refused; that the document of this name was changed meanwhile, or that another version of the program goes on, is said.
 */
export async function keptRunbook(globals: Globals, document: Uint8Array, plan: Plan): Promise<Runbook> {
  const { name, sha256 } = plan.runbook;
  const found = hashOf(document);
  if (found !== sha256)
    fail(
      'refused',
      `the runbook that run ${plan.run} began with, SHA-256 ${sha256.slice(0, 12)}`,
      `the text kept with the run has ${found.slice(0, 12)}: somebody has changed it`,
      `put the text back, or take the run up from its mirror in the cluster with another --state-dir`,
    );
  const now = await currentHash(globals, name);
  if (now !== undefined && now !== sha256)
    talk(`runbook ${name} has changed since run ${plan.run} began: the run goes on with the text it has kept`);
  if (plan.program !== program) talk(`run ${plan.run} began with ${plan.program}; ${program} goes on with it`);
  return parsed(document, `the runbook kept with run ${plan.run}`, name);
}

/** Undefined: no document of this name, or none that can be read: the run does not need it. */
async function currentHash(globals: Globals, name: string): Promise<string | undefined> {
  try {
    return hashOf(await readRunbook(await findRunbook(name, await siteRunbooks(globals))));
  } catch {
    return undefined;
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
