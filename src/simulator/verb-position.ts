import { zeroUuid } from '../galera/position.ts';
import { datasetIn, savedIn, withSaved } from './datadir.ts';
import { defect, type Shell } from './shell.ts';
import { after, type VerbScript } from './stages.ts';
import { isFile, nodeAt } from './tree.ts';

export const measure: VerbScript = {
  stages: {
    start: after(500, (shell) => {
      shell.succeed({ dataBytes: shell.data(shell.value('DATADIR')) });
      return undefined;
    }),
  },
};

const states: { readonly [phase: string]: string } = {
  none: 'none',
  back: 'back',
  whole: 'whole',
  dropping: 'dropped',
};

function swapsOf(shell: Shell) {
  return shell.workFolders().map((work) => ({
    run: work.slice(work.lastIndexOf('galera_runbook_') + 'galera_runbook_'.length),
    state: states[shell.phaseOf(work)] ?? 'half',
  }));
}

function tell(shell: Shell, source: string, uuid: string, seqno: number, safeToBootstrap: boolean): undefined {
  shell.succeed({ source, uuid, seqno: String(seqno), safeToBootstrap, swaps: swapsOf(shell) });
  return undefined;
}

export const position: VerbScript = {
  stages: {
    start: after(300, (shell) => {
      const datadir = shell.value('DATADIR');
      const dir = shell.dir(datadir);
      if (swapsOf(shell).some(({ state }) => state === 'half')) return tell(shell, 'half', zeroUuid, -1, false);
      if (shell.entries(datadir).length === 0) return tell(shell, 'empty', zeroUuid, -1, false);
      const saved = savedIn(dir);
      if (saved?.uuid === zeroUuid) return tell(shell, 'grastate', zeroUuid, -1, false);
      if (saved !== undefined && saved.seqno !== -1)
        return tell(shell, 'grastate', saved.uuid, saved.seqno, saved.safe);
      if (!isFile(nodeAt(dir, 'ibdata1')))
        return shell.fail(
          `ibdata1 in ${datadir}, to read the position from`,
          'not there, and no position in grastate.dat',
          'look at the volume; a member without data can be emptied and takes a state transfer',
        );
      return 'recover';
    }),
    recover: {
      begin: () => 1500,
      during: (shell) => shell.progress('recover', 0, 0),
      end(shell) {
        const datadir = shell.value('DATADIR');
        const dir = shell.dir(datadir);
        const saved = savedIn(dir);
        const read = datasetIn(dir);
        if ('why' in read) {
          shell.print(read.why);
          return shell.fail(
            `Recovered position from mariadbd --wsrep-recover on ${datadir}`,
            `none; ${read.why}`,
            "look at the step's output",
          );
        }
        const { uuid, seqno } = read.dataset;
        if (saved !== undefined && saved.uuid !== uuid)
          return shell.fail(
            `one history in ${datadir}`,
            `grastate.dat has ${saved.uuid}, InnoDB ${uuid}`,
            'decide by hand which is right; a member can be emptied and takes a state transfer',
          );
        return tell(shell, 'recovered', uuid, seqno, saved?.safe === true);
      },
    },
  },
};

/** grastate.dat of a stopped member: its position, and whether it may be the first. */
export const bootstrap: VerbScript = {
  stages: {
    start: after(300, (shell) => {
      const datadir = shell.value('DATADIR');
      for (const work of shell.workFolders())
        if (['swapping', 'returning'].includes(shell.phaseOf(work)))
          return shell.fail(`no half swap on the volume of ${datadir}`, work, 'finish the swap, or undo it');
      const safe = shell.value('SAFE');
      if (safe !== '0' && safe !== '1') return shell.fail('SAFE 0 or 1', safe, defect);
      const [uuid, seqno] = positionIn(shell);
      shell.put(datadir, withSaved(shell.dir(datadir), { uuid, seqno: Number(seqno), safe: safe === '1' }));
      shell.succeed({ position: { uuid, seqno } });
      return undefined;
    }),
  },
};

export function positionIn(shell: Shell): readonly [string, string] {
  const match = /^([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}):(-1|\d+)$/.exec(shell.value('POSITION'));
  const [, uuid, seqno] = match ?? [];
  if (uuid === undefined || seqno === undefined)
    return shell.fail('a position UUID:SEQNO', shell.value('POSITION'), defect);
  return [uuid, seqno];
}
