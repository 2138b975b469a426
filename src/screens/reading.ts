import { failureOf } from '../base/failure.ts';
import type { Operations } from './operations.ts';
import type { Session } from './session.ts';
import type { Writer } from './writer.ts';

/** Something is read for the operator; what goes wrong stands on row 23. */
export function reading(
  { session, writer }: { readonly session: Session; readonly writer: Writer },
  read: (operations: Operations) => Promise<void>,
): void {
  const { operations } = session;
  if (operations === undefined) {
    writer.message('not connected yet');
    return;
  }
  void read(operations).catch((thrown: unknown) => {
    const { found, next } = failureOf(thrown, '');
    writer.message(next === '' ? found : `${found}: ${next}`);
  });
}
