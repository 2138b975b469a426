import { safeText } from '../base/safe-text.ts';
import { cut, wrapped } from './text.ts';

/** Text of several lines as lines of at most `width` columns: prose wraps at 100 at most, output is cut at the edge. */
export function safeLines(lines: readonly string[], width: number, wraps: boolean): readonly string[] {
  return lines.flatMap((text) => {
    const safe = safeText(text.replaceAll('\t', '    '));
    if (!wraps) return [cut(safe, width)];
    const indent = /^ */.exec(safe)?.[0] ?? '';
    return wrapped(safe.slice(indent.length), Math.max(20, Math.min(100, width) - indent.length)).map(
      (part) => indent + part,
    );
  });
}
