import { failureOf } from '../base/failure.ts';
import type { Operations } from './operations.ts';
import type { Session } from './session.ts';
import type { Writer } from './writer.ts';

/**
 * Something is read for the operator, and shown when it is there; what goes wrong stands on row 23. Nothing is shown once the screens are on
 * another target: it would stand below a first row that it is not of.
 */
export function reading<T>(
  { session, writer }: { readonly session: Session; readonly writer: Writer },
  read: (operations: Operations) => Promise<T>,
  show: (value: T) => void,
): void {
  const { operations } = session;
  if (operations === undefined) {
    writer.message('not connected yet');
    return;
  }
  void read(operations).then(
    (value) => {
      if (session.operations === operations) show(value);
    },
    (thrown: unknown) => {
      if (session.operations !== operations) return;
      const { found, next } = failureOf(thrown, '');
      writer.message(next === '' ? found : `${found}: ${next}`);
    },
  );
}
