import { withSaved } from './datadir.ts';
import { defect, type Shell } from './shell.ts';
import { after, type VerbScript } from './stages.ts';
import { positionIn } from './verb-position.ts';

/** Of one rename with its sync. */
const renameMs = 15;

interface Paths {
  readonly data: string;
  readonly work: string;
  readonly fresh: string;
  readonly old: string;
  readonly state: string;
}

function paths(shell: Shell): Paths {
  const work = shell.requireWork();
  return { data: shell.value('DATADIR'), work, fresh: `${work}/new`, old: `${work}/old`, state: `${work}/state` };
}

const setPhase = (shell: Shell, phase: string) => shell.write(`${shell.value('WORK')}/state/swap.phase`, phase);

function intents(shell: Shell, way: 'out' | 'in'): string[] {
  const text = shell.text(`${shell.value('WORK')}/state/swap.intents`) ?? '';
  return text.split('\n').flatMap((line) => (line.startsWith(`${way} `) ? [line.slice(way.length + 1)] : []));
}

const grastate = 'grastate.dat';

/** One list of intents first; what is done is read from where each name is. grastate.dat goes first and comes last. */
export const swap: VerbScript = {
  stages: {
    start: after(200, (shell) => {
      const { data, fresh, old, state, work } = paths(shell);
      positionIn(shell);
      const phase = shell.phaseOf(work);
      if (phase === 'none' || phase === 'back') {
        if (!shell.text(`${state}/unpacked`))
          shell.fail(`an unpacked copy in ${fresh}`, 'none', 'run the step that unpacks again');
        if (!shell.exists(old)) shell.put(old, { dir: {} });
        const lines = [
          ...(shell.exists(`${data}/${grastate}`) ? [`out ${grastate}`] : []),
          ...shell
            .entries(data)
            .filter((name) => name !== grastate)
            .map((name) => `out ${name}`),
          ...shell
            .entries(fresh)
            .filter((name) => name !== grastate)
            .map((name) => `in ${name}`),
        ];
        shell.write(`${state}/swap.intents`, `${lines.join('\n')}\n`);
        setPhase(shell, 'swapping');
      } else if (phase === 'returning') setPhase(shell, 'swapping');
      return phase === 'whole' || phase === 'dropping' ? 'drop' : 'out';
    }),
    out: after(renameMs, (shell) => {
      const { data, old } = paths(shell);
      const name = intents(shell, 'out').find((each) => !shell.exists(`${old}/${each}`));
      if (name === undefined) return 'in';
      shell.move(name, data, old);
      return 'out';
    }),
    in: after(renameMs, (shell) => {
      const { data, fresh } = paths(shell);
      // All there is, not the list: after a return there may be more, from when the copy was in use.
      const name = shell.entries(fresh).find((each) => each !== grastate);
      if (name === undefined) return 'whole';
      shell.move(name, fresh, data);
      return 'in';
    }),
    whole: after(renameMs, (shell) => {
      const { data, fresh } = paths(shell);
      for (const name of intents(shell, 'in'))
        if (!shell.exists(`${data}/${name}`))
          shell.fail(`${name} of the unpacked copy in ${data}`, 'it is gone', 'undo the swap; then unpack again');
      if (shell.exists(`${fresh}/${grastate}`)) shell.move(grastate, fresh, data);
      else if (!shell.exists(`${data}/${grastate}`)) {
        const [uuid, seqno] = positionIn(shell);
        shell.put(data, withSaved(shell.dir(data), { uuid, seqno: Number(seqno), safe: false }));
      }
      setPhase(shell, 'whole');
      return 'drop';
    }),
    drop: after(renameMs, (shell) => {
      if (shell.value('KEEP') === 'false') {
        setPhase(shell, 'dropping');
        shell.remove(paths(shell).old);
      }
      shell.succeed({ out: intents(shell, 'out').length, in: intents(shell, 'in').length });
      return undefined;
    }),
  },
};

/** The former data again, from a swap that is whole or half. */
export const swapBack: VerbScript = {
  stages: {
    start: after(200, (shell) => {
      const { fresh, old, work } = paths(shell);
      const phase = shell.phaseOf(work);
      if (phase === 'none') {
        shell.succeed({ out: 0, in: 0 });
        return undefined;
      }
      if (phase === 'dropping')
        shell.fail(
          `the former data in ${old}`,
          'it was given up after the swap: it is removed, or half removed',
          'close the run; restore a backup that is older',
        );
      if (phase === 'back') return 'done';
      setPhase(shell, 'returning');
      if (!shell.exists(fresh)) shell.put(fresh, { dir: {} });
      return 'leave';
    }),
    leave: after(renameMs, (shell) => {
      const { data, fresh, old } = paths(shell);
      const former = new Set(intents(shell, 'out'));
      // Former is what the list has and `old` has not: never moved out, or moved back already.
      const goes = (name: string) => shell.exists(`${old}/${name}`) || !former.has(name);
      const name = [grastate, ...shell.entries(data)].find((each) => shell.exists(`${data}/${each}`) && goes(each));
      if (name === undefined) return 'return';
      shell.move(name, data, fresh);
      return 'leave';
    }),
    return: after(renameMs, (shell) => {
      const { data, old, work } = paths(shell);
      const former = intents(shell, 'out');
      const name = former.toReversed().find((each) => shell.exists(`${old}/${each}`));
      if (name !== undefined) {
        shell.move(name, old, data);
        return 'return';
      }
      for (const each of former)
        if (!shell.exists(`${data}/${each}`))
          shell.fail(`${each} of the former data in ${data}`, 'it is gone', `look for it in ${work}`);
      setPhase(shell, 'back');
      return 'done';
    }),
    done: after(renameMs, (shell) => {
      const { fresh } = paths(shell);
      shell.succeed({ out: shell.entries(fresh).length, in: intents(shell, 'out').length });
      return undefined;
    }),
  },
};

/** Never while a swap is half: each half is the only one there is. */
export const discard: VerbScript = {
  stages: {
    start: after(200, (shell) => {
      const { work, state, fresh } = paths(shell);
      const phase = shell.phaseOf(work);
      if (['swapping', 'returning'].includes(phase))
        shell.fail(`a swap in ${work} that is whole or undone`, 'it is half', 'finish the swap, or undo it');
      if (!['all', 'unpacked'].includes(shell.value('WHAT')))
        shell.fail('WHAT unpacked or all', shell.value('WHAT'), defect);
      shell.remove(`${state}/unpacked`);
      shell.keep('bytes', shell.size(fresh));
      shell.remove(fresh);
      if (shell.value('WHAT') !== 'all') return 'end';
      if (shell.phaseOf(work) === 'whole') setPhase(shell, 'dropping');
      return 'old';
    }),
    old: after(renameMs, (shell) => {
      const { old } = paths(shell);
      const [name] = shell.names(old);
      if (name === undefined) return 'end';
      shell.keep('bytes', shell.kept('bytes', 0) + shell.size(`${old}/${name}`));
      shell.remove(`${old}/${name}`);
      return 'old';
    }),
    end: after(100, (shell) => {
      const { old, work } = paths(shell);
      if (shell.names(old).length === 0) shell.remove(old);
      if (!shell.exists(old)) shell.remove(work);
      shell.succeed({ bytes: shell.kept('bytes', 0) });
      return undefined;
    }),
  },
};
