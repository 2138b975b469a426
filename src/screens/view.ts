import { type ClusterNow, clusterNow } from './cluster-now.ts';
import type { ScreensState } from './state.ts';

/** What every part of a screen is drawn from. */
export interface View {
  readonly state: ScreensState;
  readonly cluster: ClusterNow;
  readonly width: number;
  readonly rows: number;
}

/** Where a part may draw: exactly so many lines of so many columns. */
export interface Area {
  readonly width: number;
  readonly height: number;
}

export const smallest = { columns: 80, rows: 24 } as const;
/** From here on there are more columns and a panel; from there on members everywhere, dates with seconds, more rows. */
export const wideFrom = 120;
export const tallFrom = 36;

export function viewOf(state: ScreensState): View {
  return { state, cluster: clusterNow(state), width: state.size.columns, rows: state.size.rows };
}

export function isWide({ width }: View): boolean {
  return width >= wideFrom;
}

export function isTall({ rows }: View): boolean {
  return rows >= tallFrom;
}
