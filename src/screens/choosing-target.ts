import { failureOf } from '../base/failure.ts';
import type { Operations } from './operations.ts';
import type { Session } from './session.ts';
import type { Writer } from './writer.ts';

/** Which targets there are: known without a connection to any of them. */
export type Targets = Pick<Operations, 'targets' | 'identify'>;

interface Choosing {
  readonly session: Session;
  readonly writer: Writer;
  /** Where nothing is connected yet. */
  readonly elsewhere?: Targets | undefined;
}

/** Shows the targets, and reads of each which one it is: names may be the same. */
export function chooseTarget({ session, writer, elsewhere }: Choosing): void {
  const of = session.operations ?? elsewhere;
  if (of === undefined) {
    writer.message('not connected yet');
    return;
  }
  void of.targets().then(
    (targets) => {
      writer.targets(targets);
      writer.show('targets');
      for (const { name } of targets)
        void of.identify(name).then(
          (identity) => writer.targetRead(name, { identity }),
          (thrown: unknown) => writer.targetRead(name, { failing: failureOf(thrown, '').found }),
        );
    },
    (thrown: unknown) => writer.message(failureOf(thrown, '').found),
  );
}
