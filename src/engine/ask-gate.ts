import type { Gate, Mode } from './event.ts';
import type { Answer, Frontend } from './frontend.ts';
import { gatePolicy } from './gate-policy.ts';

export interface Asking {
  readonly frontend: Pick<Frontend, 'ask'>;
  readonly terminal: boolean;
  readonly by: string;
  /** What `--cluster` named. */
  readonly cluster?: string;
}

/** A gate with its answer, as the journal keeps both. */
export interface Asked {
  readonly gate: Gate;
  readonly answer: Answer;
  /** Who answered: a person, or the flags. */
  readonly by: string;
}

/** Puts a gate to whoever may answer it. A typed gate is yes only with its very word. */
export async function askGate(asking: Asking, gate: Gate, mode: Mode, signal: AbortSignal): Promise<Asked> {
  const { frontend, terminal, by, cluster } = asking;
  const policy = gatePolicy(gate, mode, terminal);
  if (policy === 'answered') {
    const typed = gate.word === undefined ? {} : { typed: gate.word };
    return { gate, answer: { answer: 'yes', ...typed }, by: `--yes --cluster ${cluster ?? ''}`.trim() };
  }
  if (policy !== 'ask') {
    const why = gate.personal ? 'only a person at a terminal decides this' : 'no terminal to ask on';
    return { gate, answer: { answer: 'no', why }, by };
  }
  const answer = await frontend.ask(gate, signal);
  const right = answer.answer === 'yes' && (gate.need === 'yes-no' || answer.typed === gate.word);
  return { gate, answer: right ? answer : { ...answer, answer: 'no' }, by };
}
