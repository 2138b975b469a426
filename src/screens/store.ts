import { createStore, type StoreApi } from 'zustand/vanilla';
import { newScreens, type ScreensState, type Size } from './state.ts';

/** What the screens show, for whoever only reads it. */
export type ScreensView = Pick<StoreApi<ScreensState>, 'getState' | 'subscribe'>;

export type ScreensStore = StoreApi<ScreensState>;

export function newStore(at: number, size: Size): ScreensStore {
  return createStore<ScreensState>(() => newScreens(at, size));
}
