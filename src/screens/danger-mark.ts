import type { PlannedStep } from '../engine/event.ts';
import { type Span, span } from './line.ts';

/** `!` asks yes or no, `!!` asks for a name: in plan and run long before the gate. Undefined: it asks nothing. */
export function dangerMark({ danger, gate }: Pick<PlannedStep, 'danger' | 'gate'>): Span | undefined {
  if (danger === 'destroys') return span('!!', 'destroys');
  // Data of a rebuilt cluster is asked about by a check that only reads.
  if (gate === 'typed') return span('!!', 'look');
  return danger === 'disrupts' || gate === 'yes-no' ? span('!', 'look') : undefined;
}
