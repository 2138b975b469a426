import { failureOf } from '../base/failure.ts';
import { reading } from './reading.ts';
import type { Session } from './session.ts';
import type { Writer } from './writer.ts';

/** Shows the targets, and reads of each which one it is: names may be the same. */
export function chooseTarget({ session, writer }: { readonly session: Session; readonly writer: Writer }): void {
  reading({ session, writer }, async (operations) => {
    const targets = await operations.targets();
    writer.targets(targets);
    writer.show('targets');
    for (const { name } of targets)
      void operations.identify(name).then(
        (identity) => writer.targetRead(name, { identity }),
        (thrown: unknown) => writer.targetRead(name, { failing: failureOf(thrown, '').found }),
      );
  });
}
