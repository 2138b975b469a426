import { gzipSync } from 'node:zlib';
import { defect, type Shell } from './shell.ts';
import { after, type VerbScript } from './stages.ts';
import { isDir } from './tree.ts';
import { archiveIn } from './verb-prove.ts';

function show(shell: Shell, name: string): void {
  const folder = `${shell.value('BACKUPS')}/${name}`;
  const [id = ''] = name.split('.');
  const bytes = shell.size(folder);
  if (name === `${id}.partial`) {
    shell.row({ id, state: 'partial', bytes });
    return;
  }
  const text = shell.text(`${folder}/manifest.json`);
  if (name !== id || !text || archiveIn(shell, folder) === undefined) {
    shell.row({ id, state: 'broken', bytes });
    return;
  }
  shell.row({ id, state: 'complete', bytes, manifest: gzipSync(text).toString('base64') });
}

export const list: VerbScript = {
  stages: {
    start: after(400, (shell) => {
      const root = shell.value('BACKUPS');
      for (const name of shell.names(root))
        if (/^[0-9TZ]+(\.partial|\.removing)?$/.test(name) && isDir(shell.node(`${root}/${name}`))) show(shell, name);
      shell.succeed({});
      return undefined;
    }),
  },
};

const idsOf = (shell: Shell) =>
  shell
    .value('IDS')
    .split(/\s+/)
    .filter((id) => id !== '');

/** Renamed first, so that one that is half gone is never taken for one to restore. */
export const remove: VerbScript = {
  stages: {
    start: after(200, (shell) => {
      for (const id of idsOf(shell)) if (!/^\d{8}T\d{6}Z$/.test(id)) shell.fail('ids of backups', id, defect);
      return 'rename';
    }),
    rename: after(50, (shell) => {
      const id = idsOf(shell)[shell.kept('done', 0)];
      if (id === undefined) {
        shell.succeed({});
        return undefined;
      }
      const folder = `${shell.value('BACKUPS')}/${id}`;
      const there = ['.removing', '.partial', ''].filter((end) => shell.exists(`${folder}${end}`));
      shell.keep(
        'bytes',
        there.reduce((sum, end) => sum + shell.size(`${folder}${end}`), 0),
      );
      const [first] = there;
      if (first !== undefined && first !== '.removing') shell.put(`${folder}.removing`, { dir: {} });
      for (const end of there.filter((each) => each !== '.removing')) {
        const node = shell.node(`${folder}${end}`);
        shell.remove(`${folder}${end}`);
        shell.put(`${folder}.removing`, node);
      }
      return 'delete';
    }),
    delete: after(300, (shell) => {
      const id = idsOf(shell)[shell.kept('done', 0)] ?? '';
      shell.remove(`${shell.value('BACKUPS')}/${id}.removing`);
      shell.row({ id, bytes: shell.kept('bytes', 0) });
      shell.keep('done', shell.kept('done', 0) + 1);
      return 'rename';
    }),
  },
};
