import { readFileSync } from 'node:fs';
import type { Verb } from '../target/jobs.ts';

function read(name: string): string {
  return readFileSync(new URL(`./scripts/${name}.sh`, import.meta.url), 'utf8');
}

/** What bash runs for a verb: the common part, then the verb's own. */
export function scriptOf(verb: Verb): string {
  return `${read('common')}\n${read(verb)}`;
}
