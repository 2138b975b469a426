import { join } from 'node:path';
import type { Mode } from '../engine/event.ts';
import type { Frontend } from '../engine/frontend.ts';
import { systemClock } from '../host/clock.ts';
import { PlainFrontend } from '../plain/frontend.ts';
import type { Redactor } from '../record/redact.ts';
import type { Clock } from '../target/look.ts';
import type { Globals } from './globals.ts';
import { stateFolder } from './run-record.ts';

/** Who shows a run and asks: line by line. */
export function frontendOf(
  globals: Globals,
  redactor: Redactor,
  of: { readonly dryRun: boolean; readonly mode: Mode; readonly clock: Clock; readonly run?: string },
): Frontend {
  return new PlainFrontend({
    format: globals.output,
    mode: of.dryRun ? 'dry-run' : of.mode,
    data: (text) => void process.stdout.write(redactor.text(text)),
    talk: (text) => void process.stderr.write(redactor.text(text)),
    input: process.stdin,
    // Times as the run's; waiting for a person is real even where the run's time is not.
    clock: { now: () => of.clock.now(), sleep: systemClock.sleep },
    ...(of.run === undefined ? {} : { run: of.run }),
    transcript: (run) => join(stateFolder(globals).runs, run, 'transcript.md'),
  });
}
