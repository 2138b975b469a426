/** What the operator, or who ended the session, wants. */
export interface SignalActions {
  /** First ctrl-c, or SIGTERM: stop at the next safe point and pay. */
  stop(by: 'SIGINT' | 'SIGTERM'): void;
  /** Second ctrl-c: stop waiting, pay nothing. */
  abandon(): void;
  /** The terminal is gone: it stops the screen, not the safety. */
  hangUp(): void;
}

/** A key that is held down, or hit twice in a fright, is one ctrl-c. */
const apart = 1000;

type Signals = Pick<NodeJS.EventEmitter, 'on' | 'off'>;

/** From now on signals do not end the process but are told. Gives the function that undoes it. */
export function onSignals(
  actions: SignalActions,
  source: Signals = process,
  now = () => performance.now(),
): () => void {
  let first: number | undefined;
  let hung = false;
  // Told once: whoever acts on it must not take a second signal of another kind for a second ctrl-c.
  const stop = (by: 'SIGINT' | 'SIGTERM') => {
    if (first !== undefined) return false;
    first = now();
    actions.stop(by);
    return true;
  };
  const interrupt = () => {
    if (!stop('SIGINT') && now() - (first ?? 0) >= apart) actions.abandon();
  };
  const terminate = () => void stop('SIGTERM');
  const hangUp = () => {
    if (!hung) actions.hangUp();
    hung = true;
  };
  const all = [['SIGINT', interrupt] as const, ['SIGTERM', terminate] as const, ['SIGHUP', hangUp] as const];
  for (const [name, handler] of all) source.on(name, handler);
  return () => {
    for (const [name, handler] of all) source.off(name, handler);
  };
}

/**
 * Output whose reader is gone (`| head`, a closed terminal) must not end a run that has work in the cluster. `gone` is called once; what is
 * written later is lost, and the journal has it.
 */
export function guardOutput(
  stream: NodeJS.WritableStream,
  gone: (code: string) => void,
): { write(text: string): void } {
  let lost = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (lost) return;
    lost = true;
    gone(error.code ?? error.message);
  });
  return {
    write(text) {
      if (!lost) stream.write(text);
    },
  };
}
