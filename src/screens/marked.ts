import { safeText } from '../base/safe-text.ts';
import { type Line, type Span, span } from './line.ts';

/** Whether a search finds something in a text; case does not count. */
export function hasMatch(text: string, wanted: string): boolean {
  return wanted !== '' && text.toLowerCase().includes(wanted.toLowerCase());
}

/** Text with what was searched for in reverse. */
export function marked(text: string, wanted: string): Line {
  const safe = safeText(text);
  if (!hasMatch(safe, wanted)) return [span(safe)];
  const spans: Span[] = [];
  const small = safe.toLowerCase();
  let from = 0;
  for (let at = small.indexOf(wanted.toLowerCase()); at !== -1; at = small.indexOf(wanted.toLowerCase(), from)) {
    spans.push(span(safe.slice(from, at)), span(safe.slice(at, at + wanted.length), 'cursor'));
    from = at + wanted.length;
  }
  return [...spans, span(safe.slice(from))];
}
