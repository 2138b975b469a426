import type { JsonObject } from '../base/json.ts';
import { dataFiles } from './datadir.ts';
import { down, again as look, type Shell } from './shell.ts';
import type { VerbScript } from './stages.ts';
import { bytesOf, isFile } from './tree.ts';
import { serial } from './world.ts';

const mebibyte = 1024 ** 2;
const unpackBytesPerSecond = 60 * mebibyte;
const again = 'choose another backup, or check it with galera-runbook backups verify';

const archiveOf = (shell: Shell) => `${shell.value('BACKUPS')}/${shell.value('ID')}/${shell.value('FILE')}`;
const markOf = (shell: Shell) => `${shell.value('ID')} ${shell.value('SHA256')} ${shell.value('POSITION')}`;

function file(shell: Shell) {
  const node = shell.node(archiveOf(shell));
  return isFile(node) ? node : shell.fail(archiveOf(shell), 'not there', again);
}

export const unpack: VerbScript = {
  stages: {
    start: {
      begin: () => 300,
      end(shell) {
        const work = shell.requireWork();
        const phase = shell.phaseOf(work);
        if (phase !== 'none')
          return shell.fail(`no swap begun in ${work}`, `it is ${phase}`, 'go on with the swap, or undo it');
        const [mark, before] = (shell.text(`${work}/state/unpacked`) ?? '').split('\n');
        if (mark === markOf(shell) && before) {
          shell.succeed(JSON.parse(before) as JsonObject);
          return undefined;
        }
        shell.remove(work);
        const { bytes } = file(shell);
        if (String(bytes) !== shell.value('BYTES'))
          return shell.fail(`${archiveOf(shell)} with ${shell.value('BYTES')} bytes`, `${bytes} bytes`, again);
        shell.requireRoom(work, (shell.number('DATA_BYTES') * 11) / 10, '1.1 times the unpacked data');
        shell.put(`${work}/state`, { dir: {} });
        shell.put(`${work}/new`, { dir: {} });
        return 'extract';
      },
    },
    extract: {
      begin: (shell) => shell.takes(shell.number('BYTES'), unpackBytesPerSecond),
      during(shell, share) {
        const [work, bytes] = [shell.value('WORK'), shell.number('BYTES')];
        shell.progress('unpack', bytes * share, bytes);
        const written = Math.floor(shell.number('DATA_BYTES') * share);
        const more = written - shell.size(`${work}/new`);
        if (more > shell.free(work)) noSpace(shell);
        shell.put(`${work}/new/ibdata1`, { bytes: written });
        shell.aboveFloor(work);
      },
      end(shell) {
        const { sha256, broken, dataset } = file(shell);
        shell.progress('unpack', shell.number('BYTES'), shell.number('BYTES'), true);
        if (sha256 !== shell.value('SHA256'))
          return shell.fail(
            `${archiveOf(shell)} with sha256 ${shell.value('SHA256')}`,
            `sha256 ${sha256 ?? 'none'}`,
            again,
          );
        if (broken !== undefined || dataset === undefined) {
          shell.print(broken ?? 'mbstream: not an archive');
          return shell.fail(
            'zstd and mbstream to end with 0',
            `they ended with 1 and 1; ${down(shell.free(shell.value('WORK')))} free; ${broken ?? 'not an archive'}`,
            again,
          );
        }
        const position = `${dataset.uuid}:${dataset.seqno}`;
        if (position !== shell.value('POSITION'))
          return shell.fail(`${shell.value('POSITION')} in the archive`, position, again);
        return 'prepare';
      },
    },
    prepare: {
      begin: (shell) => shell.takes(shell.number('DATA_BYTES'), 1024 * mebibyte) + 500,
      during(shell) {
        shell.progress('prepare', 0, 0);
        shell.aboveFloor(shell.value('WORK'));
      },
      end(shell) {
        const work = shell.value('WORK');
        const { dataset } = file(shell);
        if (dataset === undefined)
          return shell.fail('completed OK! from mariadb-backup --prepare', 'the archive is gone', look);
        const copy = dataFiles(dataset, `copy-${serial(shell.world)}`);
        shell.remove(`${work}/new`);
        if (bytesOf(copy) > shell.free(work)) noSpace(shell);
        shell.put(`${work}/new`, copy);
        shell.write(`${work}/state/backup-my.cnf`, '[mariadbd]\n');
        const [uuid = '', seqno = ''] = shell.value('POSITION').split(':');
        const result = { position: { uuid, seqno }, bytes: bytesOf(copy) };
        shell.write(`${work}/state/unpacked`, `${markOf(shell)}\n${JSON.stringify(result)}`);
        shell.succeed(result);
        return undefined;
      },
    },
  },
  cleanup(shell) {
    const work = shell.value('WORK');
    if (shell.phaseOf(work) === 'none' && !shell.exists(`${work}/old`)) shell.remove(work);
  },
};

function noSpace(shell: Shell): never {
  return shell.fail(
    'zstd and mbstream to end with 0',
    `they ended with 1 and 1; ${down(shell.free(shell.value('WORK')))} free; mbstream: No space left on device`,
    'make room on the volume, then run the step again',
  );
}
