/** A person's time. */
export interface Timers {
  now(): number;
  /** Calls once after `ms`, unless the function that it gives is called first. */
  after(ms: number, call: () => void): () => void;
}
