import { isTyped, type KeyPress } from './key-reader.ts';
import type { GateView } from './state.ts';

const pastedNote = 'too fast for fingers: taken for a paste, type it';

/** A key in the field of a gate that wants a word: the gate after it, or that the word was entered. A paste takes away what was typed before it. */
export function typeWord(gate: GateView, pressed: KeyPress): GateView | 'entered' {
  const { key } = pressed;
  const word = gate.gate.word ?? '';
  if (key === 'enter') {
    if (!gate.live || gate.typed !== word) return gate;
    return isTyped(pressed) ? 'entered' : pasted(gate);
  }
  if (key === 'backspace') return { ...gate, typed: gate.typed.slice(0, -1) };
  if (key.length > 1 && key !== 'space') return gate;
  if (!gate.live) return { ...gate, note: 'that was too early: begin again' };
  if (!isTyped(pressed)) return pasted(gate);
  if (gate.typed.length > word.length + 8) return gate;
  return { ...withoutNote(gate), typed: gate.typed + (key === 'space' ? ' ' : key) };
}

function pasted(gate: GateView): GateView {
  return { ...gate, typed: '', note: pastedNote };
}

export function withoutNote({ note: _note, ...gate }: GateView): GateView {
  return gate;
}
