import { Box, Text } from 'ink';
import { createElement, memo, type ReactNode, useSyncExternalStore } from 'react';
import type { Frames } from './frames.ts';

/** One row. Its text is as wide as it may be already: Ink only places it. */
const Row = memo(
  ({ text }: { readonly text: string }): ReactNode =>
    createElement(Text, { wrap: 'truncate' }, text === '' ? ' ' : text),
);

/** All that React draws: the rows of the newest frame. What stands in them is made by pure functions (decision 0018). */
export function App({ frames }: { readonly frames: Frames }): ReactNode {
  const lines = useSyncExternalStore(frames.subscribe, frames.lines);
  return createElement(
    Box,
    { flexDirection: 'column' },
    // Rows have no identity but their place.
    lines.map((text, index) => createElement(Row, { key: index, text })),
  );
}
