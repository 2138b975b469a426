import { gapsBetween, type Tick } from '../test/e2e/writer.ts';

export interface Gaps {
  /** From the last acknowledged write to the first one again. */
  readonly first: number;
  /** All gaps of a second and more: a donor of a state dump is away for a second time. */
  readonly all: number;
}

export function gapsOf(ticks: readonly Tick[], from: number): Gaps {
  const gaps = gapsBetween(ticks).flatMap(({ endsAt, ms }) => (endsAt > from && ms >= 1000 ? [ms] : []));
  return { first: gaps[0] ?? 0, all: gaps.reduce((total, gap) => total + gap, 0) };
}
