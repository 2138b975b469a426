import { datasetIn } from './datadir.ts';
import type { VerbScript } from './stages.ts';

const checksumBytesPerSecond = 400 * 1024 ** 2;

/** A scratch server on an unpacked copy: today's password, every table to its end. */
export const open: VerbScript = {
  stages: {
    start: {
      begin(shell) {
        const work = shell.requireWork();
        if (!shell.text(`${work}/state/unpacked`))
          return shell.fail(`an unpacked copy in ${work}/new`, 'none', 'run the step that unpacks again');
        const size = shell.size(`${work}/new`);
        shell.progress('open', 0, size, true);
        return 400;
      },
      end(shell) {
        const read = datasetIn(shell.dir(`${shell.value('WORK')}/new`));
        if ('why' in read) {
          shell.print(read.why);
          return shell.fail('a scratch server to start on the copy', read.why, 'choose another backup');
        }
        const user = shell.value('USER');
        if (read.dataset.passwords[user] !== shell.password())
          return shell.fail(
            `today's password of ${user} opens the copy`,
            `ERROR 1045 (28000): Access denied for user '${user}'@'localhost' (using password: YES)`,
            "choose a backup made since the password was changed, or set the account's Secret back first: the members' probes would fail after a restore",
          );
        return 'count';
      },
    },
    count: {
      begin: (shell) => shell.takes(shell.size(`${shell.value('WORK')}/new`), checksumBytesPerSecond),
      during(shell, share) {
        const size = shell.size(`${shell.value('WORK')}/new`);
        shell.progress('open', size * share, size);
      },
      end(shell) {
        const read = datasetIn(shell.dir(`${shell.value('WORK')}/new`));
        if ('why' in read)
          return shell.fail('every table of the copy readable to its end', read.why, 'choose another backup');
        const { tables, passwords } = read.dataset;
        for (const name of Object.keys(tables).toSorted()) {
          const of = tables[name];
          if (of) shell.row({ schema: of.schema, table: of.table, rows: of.rows, checksum: of.checksum });
        }
        shell.succeed({
          objects: { views: 0, routines: 0, triggers: 0, events: 0, accounts: Object.keys(passwords).length },
        });
        return undefined;
      },
    },
  },
};
