import { gunzipSync } from 'node:zlib';
import type { Shell } from './shell.ts';
import type { VerbScript } from './stages.ts';
import { isFile } from './tree.ts';

const readBytesPerSecond = 800 * 1024 ** 2;
const again = 'galera-runbook backups list; make a new backup';

const finalOf = (shell: Shell) => `${shell.value('BACKUPS')}/${shell.value('ID')}`;
const folderOf = (shell: Shell) => (shell.exists(finalOf(shell)) ? finalOf(shell) : `${finalOf(shell)}.partial`);

export function archiveIn(shell: Shell, folder: string): string | undefined {
  return shell.names(folder).find((name) => name.startsWith('backup.mbstream.'));
}

export const prove: VerbScript = {
  stages: {
    start: {
      begin(shell) {
        const folder = folderOf(shell);
        const name = archiveIn(shell, folder);
        if (name === undefined) return shell.fail(`an archive in ${folder}`, 'none', again);
        const bytes = shell.size(`${folder}/${name}`);
        if (String(bytes) !== shell.value('BYTES'))
          return shell.fail(`${folder}/${name} with ${shell.value('BYTES')} bytes`, `${bytes} bytes`, again);
        return 200 + shell.takes(bytes, readBytesPerSecond);
      },
      during(shell, share) {
        const bytes = shell.number('BYTES');
        shell.progress('prove', bytes * share, bytes);
      },
      end(shell) {
        const [folder, final] = [folderOf(shell), finalOf(shell)];
        const path = `${folder}/${archiveIn(shell, folder)}`;
        const file = shell.node(path);
        if (!isFile(file)) return shell.fail(`${path} readable`, 'it is gone', again);
        const bytes = file.bytes;
        shell.progress('prove', bytes, bytes, true);
        if (file.sha256 !== shell.value('SHA256'))
          return shell.fail(`${path} with sha256 ${shell.value('SHA256')}`, `sha256 ${file.sha256 ?? 'none'}`, again);
        if (file.broken !== undefined) return shell.fail(`${path} to be whole`, file.broken, again);
        if (folder !== final || !shell.text(`${final}/manifest.json`)) {
          if (shell.value('MANIFEST') === '') return shell.fail(`${folder}/manifest.json`, 'none', again);
          const text = gunzipSync(Buffer.from(shell.value('MANIFEST'), 'base64')).toString('utf8');
          shell.write(`${folder}/manifest.json`, `${text}\n`);
        }
        if (folder !== final) {
          shell.put(final, shell.node(folder));
          shell.remove(folder);
        }
        shell.succeed({
          sha256: shell.value('SHA256'),
          bytes,
          readMs: Math.floor(shell.world.now - shell.state.stageBegan),
        });
        return undefined;
      },
    },
  },
};
