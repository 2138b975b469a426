import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  backupVolumePath,
  galeraUp,
  inLab,
  inMember,
  killMember,
  memberNode,
  memberVolumePath,
  names,
  onNode,
  outside,
  sql,
  until,
  waitSynced,
} from '../lab/lab.ts';
import { backupFolders, flipBit, inWorkshop, spoiledPage, type Twist, twistedCopy } from './archives.ts';
import { backupIndex, expectUntouched, jobsOfProgram, type Picture, picture } from './picture.ts';
import { type Ended, Program } from './program.ts';
import { userWith } from './rights.ts';
import { makeShop, whole, wsrep } from './shop.ts';
import { longestGap, noticeableMs, Writer } from './writer.ts';

const program = new Program();
const small = new Program({ claim: 'galera-backups-small' });
const writer = new Writer();
const statusNames = ['wsrep_cluster_state_uuid', 'wsrep_local_state_comment', 'wsrep_cluster_size'];
const said = (of: Ended) => of.stdout + of.stderr;

/** Exits of design §7. */
const failed = 1;
const refused = 4;
const unsafe = 10;

/** Waits until the redo log is not needed for what is there now: a backup then has data files that nothing mends while it is prepared. */
async function flushed(member: number): Promise<void> {
  const lsn = async (name: string) =>
    BigInt((await sql(member, `show status like 'innodb_lsn_${name}'`))[0]?.[1] ?? '0');
  const now = await lsn('current');
  await sql(member, 'set global innodb_max_dirty_pages_pct_lwm=0; set global innodb_max_dirty_pages_pct=0');
  await until('a checkpoint', 60_000, async () => (await lsn('last_checkpoint')) >= now);
  await sql(member, 'set global innodb_max_dirty_pages_pct=90');
}

describe.skipIf(outside)('what goes wrong before the swap leaves the old cluster untouched and serving', () => {
  let backupId: string;
  let before: Picture;

  /** A restore of this backup ends so, and says so; nothing is left of it. */
  async function expectNoRestore(
    id: string,
    exit: number,
    says: readonly (string | RegExp)[],
    by: Program = program,
  ): Promise<Ended> {
    const restore = await by.yes(['restore', id]);
    for (const each of says) expect(said(restore)).toMatch(each);
    expect([restore.exit, said(restore)]).toEqual([exit, expect.stringMatching(/expected/)]);
    await expectUntouched(before, by);
    return restore;
  }

  beforeAll(async () => {
    await galeraUp({ backups: ['shared', 'small'] });
    await makeShop();
    // Each of them: a queue of one write may make any of them the donor.
    await Promise.all([0, 1, 2].map(flushed));
    await writer.start();
    const backup = await program.yes(['backup']);
    expect(said(backup)).toContain('run-ended     exit 0');
    const list = await program.run(['backups', 'list', '-o', 'json']);
    backupId = (JSON.parse(list.stdout) as { id: string }[])[0]?.id ?? '';
    before = await picture();
  });

  afterAll(async () => {
    await writer.stop();
  });

  describe('the archive', () => {
    /** Twisted copies are in the index from here on. */
    async function copy(twist: Twist): Promise<string> {
      const id = await twistedCopy(backupId, twist);
      before = { ...before, index: await backupIndex() };
      return id;
    }

    it('a truncated archive', async () => {
      const id = await copy({ archive: 'truncate -s -1000 backup.mbstream.zst' });
      await expectNoRestore(id, failed, [/bytes/, /backups verify/]);
    });

    it('an archive that was truncated before anybody hashed it', async () => {
      const id = await copy({
        archive:
          'truncate -s 50% backup.mbstream.zst 2>/dev/null || truncate -s $(($(stat -c %s backup.mbstream.zst) / 2)) backup.mbstream.zst',
        refit: true,
      });
      await expectNoRestore(id, failed, [/zstd and mbstream/]);
    });

    it('one flipped bit', async () => {
      const id = await copy({ archive: flipBit('backup.mbstream.zst') });
      await expectNoRestore(id, failed, [/sha256/]);
    });

    it('an empty archive', async () => {
      const id = await copy({ archive: ': > backup.mbstream.zst' });
      await expectNoRestore(id, failed, [/0 bytes/]);
    });

    it('an archive of nothing, hashed and listed as if it were one', async () => {
      const id = await copy({ archive: 'base64 -d > backup.mbstream.zst <<< KLUv/SQAAQAAmenYUQ==', refit: true });
      await expectNoRestore(id, failed, [/no position/]);
    });

    it('an archive of another cluster', async () => {
      const id = await copy({
        manifest: (manifest) => {
          manifest.identity.cluster = 'billing';
        },
      });
      await expectNoRestore(id, refused, [/billing/, /lab/]);
    });

    it('an archive of the same cluster name in another namespace', async () => {
      const id = await copy({
        manifest: (manifest) => {
          manifest.identity.namespace = 'staging';
        },
      });
      await expectNoRestore(id, refused, [/staging/, /openstack/]);
    });

    it('an archive that is not at the position of its manifest', async () => {
      const id = await copy({
        manifest: (manifest) => {
          manifest.position.uuid = '11111111-2222-3333-4444-555555555555';
        },
      });
      await expectNoRestore(id, failed, [/11111111-2222-3333-4444-555555555555/]);
    });

    it('an archive of a newer server', async () => {
      const id = await copy({
        manifest: (manifest) => {
          manifest.serverVersion = '11.4.2-MariaDB';
        },
      });
      await expectNoRestore(id, refused, [/11\.4\.2/, /10\.11/]);
    });

    it('an archive of a newer patch of the server', async () => {
      const id = await copy({
        manifest: (manifest) => {
          manifest.serverVersion = '10.11.99-MariaDB';
        },
      });
      await expectNoRestore(id, refused, [/10\.11\.99/]);
    });

    it('an archive without manifest', async () => {
      const id = await copy({ withoutManifest: true });
      await expectNoRestore(id, refused, [/manifest/]);
    });

    it('an archive that is on the volume and not in the index', async () => {
      const id = await copy({ unlisted: true });
      await expectNoRestore(id, refused, [new RegExp(id)]);
    });

    it('a corrupted table space inside a sound archive is found by the proof before the stop', async () => {
      // Its own copy first, so that the index entry is written with the archive's new size and hash.
      const raw = await twistedCopy(backupId, { unlisted: true });
      await inWorkshop(spoiledPage(raw, 'shop/orders'));
      const root = `${await backupVolumePath()}/${names.cluster}`;
      const id = await copy({ archive: `cp '${root}/${raw}/backup.mbstream.zst' .`, refit: true });
      const restore = await expectNoRestore(id, failed, [/orders/]);
      expect(restore.stdout).toMatch(/step-passed.*unpack/);
      expect(restore.stdout).toMatch(/step-failed.*truth/);
      expect(restore.stdout).not.toMatch(/gate-answered cut/);
    });
  });

  describe('the work', () => {
    /** Kills what comes to run under this name in the lab, once. `of`: the process itself, or the first one of its container. */
    async function killWhenSeen(name: string, of: 'process' | 'container'): Promise<void> {
      await inLab(
        `for i in $(seq 6000); do
           pid=$(pgrep -x ${name} | head -n 1) || { sleep .01; continue; }
           if [ ${of} = container ]; then
             space=$(readlink /proc/$pid/ns/pid)
             for each in /proc/[0-9]*; do
               [ "$(readlink $each/ns/pid)" = "$space" ] && [ "$(sed -n 's/^NSpid:.*\\t//p' $each/status)" = 1 ] && pid=\${each#/proc/} && break
             done
           fi
           kill -KILL "$pid" && exit
         done
         exit 1`,
        { timeoutMs: 90_000 },
      );
    }

    async function expectNoBackup(backup: Ended): Promise<void> {
      expect(said(backup)).toMatch(/step-failed.*copy/);
      expect([backup.exit, said(backup)]).toEqual([failed, expect.stringMatching(/next/)]);
      await expectUntouched(before, program);
      const list = await program.run(['backups', 'list', '-o', 'json']);
      expect((JSON.parse(list.stdout) as { id: string }[]).filter(({ id }) => id > backupId)).toEqual([]);
    }

    it('mariadb-backup killed while it copies: the donor is back, nothing is left', async () => {
      const folders = await backupFolders();
      const [backup] = await Promise.all([program.yes(['backup']), killWhenSeen('mariadb-backup', 'process')]);
      await expectNoBackup(backup);
      expect(await backupFolders()).toEqual(folders);
    });

    it('the whole runner killed while it copies: the donor is put back by the run', async () => {
      const folders = await backupFolders();
      const [backup] = await Promise.all([program.yes(['backup']), killWhenSeen('mariadb-backup', 'container')]);
      await expectNoBackup(backup);
      // What it had written stays under a partial name, which no list takes for a backup.
      const fresh = (await backupFolders()).filter((name) => !folders.includes(name));
      expect(fresh.every((name) => name.endsWith('.partial'))).toBe(true);
    });

    it('the tool killed while it unpacks: the copies are removed', async () => {
      const [restore] = await Promise.all([program.yes(['restore', backupId]), killWhenSeen('mbstream', 'process')]);
      expect(restore.stdout).toMatch(/step-failed.*unpack/);
      expect(restore.exit).toBe(failed);
      await expectUntouched(before, program);
    });
  });

  describe('the rights', () => {
    async function withoutRight(resource: string, verb: string, check: (by: Program) => Promise<void>): Promise<void> {
      const user = `no-${verb}-${resource}`;
      const rights = await userWith(user, 'operator', { resource, verb });
      try {
        await check(new Program({ kubeconfig: rights.kubeconfig }));
      } finally {
        await rights.remove();
      }
    }

    it('no right to create Jobs, for a backup', async () => {
      await withoutRight('jobs', 'create', async (by) => {
        const backup = await by.yes(['backup']);
        expect(said(backup)).toMatch(/cannot create resource "jobs"/);
        expect(backup.exit).toBe(failed);
        await expectUntouched(before, by);
      });
    });

    it('no right to create Jobs, for a restore', async () => {
      await withoutRight('jobs', 'create', async (by) => {
        await expectNoRestore(backupId, failed, [/cannot create resource "jobs"/], by);
      });
    });

    it('no right to take the lease', async () => {
      await withoutRight('leases', 'create', async (by) => {
        // The lease is there from earlier runs: with `patch` alone it can be taken. Without either it cannot.
        const backup = await by.run(['backup', '--dry-run']);
        expect(backup.exit).toBe(0);
      });
      await withoutRight('leases', 'patch', async (by) => {
        const backup = await by.yes(['backup']);
        expect(said(backup)).toMatch(/cannot patch resource "leases"/);
        expect(backup.exit).toBe(refused);
        await expectUntouched(before, by);
      });
    });

    it('no right to cut traffic: stops at the cut, with what was unpacked removed', async () => {
      await withoutRight('services', 'patch', async (by) => {
        const restore = await expectNoRestore(backupId, failed, [/cannot patch resource "services"/], by);
        expect(restore.stdout).toMatch(/step-passed.*truth/);
        expect(restore.stdout).toMatch(/step-failed.*cut/);
        expect(restore.stdout).toMatch(/debt-paid +copies/);
      });
    });
  });

  describe('the room', () => {
    it('a backup volume that is full before the copy', async () => {
      const path = await backupVolumePath('small');
      await inLab(`fallocate -l $(($(df -B1 --output=avail '${path}' | tail -n 1) - 20 * 1048576)) '${path}/filler'`);
      const backup = await small.yes(['backup']);
      expect(said(backup)).toMatch(/MiB free/);
      expect(backup.exit).toBe(failed);
      await expectUntouched(before, small);
      expect(await backupFolders('small')).toEqual([]);
      await inLab(`rm '${path}/filler'`);
    });

    it('a backup volume that fills up while the tool copies', async () => {
      const other = new Program({ claim: 'galera-backups-small', reserve: '1Mi' });
      const path = await backupVolumePath('small');
      // Every block that is left, some of which the tool may get before: it is held still meanwhile.
      const fill = inLab(
        `for i in $(seq 6000); do
           set -- '${path}'/${names.cluster}/*.partial/backup.mbstream.*
           [ -e "$1" ] && pkill -STOP -x mariadb-backup || { sleep .01; continue; }
           fallocate -l $(($(df -B1 --output=avail '${path}' | tail -n 1) - 2 * 1048576)) '${path}/filler'
           dd if=/dev/zero bs=64k status=none >> '${path}/filler' 2> '${path}/full' || rm '${path}/full'
           pkill -CONT -x mariadb-backup; exit
         done; exit 1`,
        { timeoutMs: 90_000 },
      );
      const [backup] = await Promise.all([other.yes(['backup']), fill]);
      expect(said(backup)).toMatch(/step-failed.*copy/);
      expect(backup.exit).toBe(failed);
      await expectUntouched(before, other);
      expect(await backupFolders('small')).toEqual([]);
      await inLab(`rm '${path}/filler'`);
    });

    it("a member's volume without room for the unpacked copy", async () => {
      const path = await memberVolumePath(0);
      const filler = `${path}/lost+found/filler`;
      await inLab(`fallocate -l $(($(df -B1 --output=avail '${path}' | tail -n 1) - 90 * 1048576)) '${filler}'`);
      try {
        await expectNoRestore(backupId, failed, [/MiB free/, /step-failed.*unpack/]);
      } finally {
        await inLab(`rm '${filler}'`);
      }
    });
  });

  describe('the members', () => {
    it('clients have noticed nothing of all this: no write through the Service has failed', async () => {
      const ticks = await writer.stop();
      expect(ticks.length).toBeGreaterThan(100);
      expect(ticks.filter(({ ok }) => !ok)).toEqual([]);
      expect(longestGap(ticks)).toBeLessThan(noticeableMs);
    });

    it('a member that is not Synced', async () => {
      const jobs = await jobsOfProgram();
      await sql(1, 'set global wsrep_desync=ON');
      try {
        const desynced = await picture();
        const backup = await program.yes(['backup']);
        expect(said(backup)).toMatch(/desync/);
        expect(backup.exit).toBe(unsafe);
        await expectUntouched(desynced, program);
        expect(await jobsOfProgram()).toEqual(jobs);
      } finally {
        await sql(1, 'set global wsrep_desync=OFF');
      }
      await until('every member Synced', 30_000, whole);
    });

    it('a member that does not answer', async () => {
      const jobs = await jobsOfProgram();
      const { pods } = await picture();
      await killMember(1, 'STOP');
      try {
        const backup = await program.yes(['backup']);
        expect(said(backup)).toMatch(/no answer from mariadb-server-1/);
        expect(backup.exit).toBe(unsafe);
      } finally {
        await killMember(1, 'CONT');
      }
      await until('every member Synced', 60_000, whole);
      const after = await picture();
      expect({ ...after, states: [] }).toEqual({ ...before, states: [] });
      expect(after.pods).toEqual(pods);
      expect(await jobsOfProgram()).toEqual(jobs);
    });

    it('two state UUIDs', async () => {
      // Last of all: a member with a history of its own, apart from the others, as after a bootstrap of the wrong one.
      const history = 'aaaaaaaa-e5a3-11f1-b935-ba86c63c6823';
      const grastate = `# GALERA saved state\nversion: 2.1\nuuid:    ${history}\nseqno:   7\nsafe_to_bootstrap: 1\n`;
      const node = await memberNode(2);
      // Galera's own traffic; SQL and probes go on.
      const apart = (what: '-I' | '-D') =>
        onNode(node, `iptables ${what} FORWARD -p tcp -m multiport --ports 4567,4568 -j DROP`);
      const of = (member: number) => wsrep(member, ...statusNames);
      await apart('-I');
      try {
        await inMember(2, ['bash', '-c', 'cat > /var/lib/mysql/grastate.dat; rm -f /var/lib/mysql/gvwstate.dat'], {
          stdin: grastate,
        });
        await killMember(2);
        await until('two clusters', 60_000, async () => {
          const [one, other] = await Promise.all([of(0), of(2)]);
          return (
            one.wsrep_cluster_size === '2' &&
            one.wsrep_local_state_comment === 'Synced' &&
            other.wsrep_local_state_comment === 'Synced' &&
            other.wsrep_cluster_state_uuid === history
          );
        });
        await waitSynced();
        const jobs = await jobsOfProgram();
        const split = await picture();
        const backup = await program.yes(['backup']);
        expect(backup.stderr).toMatch(
          /state UUIDs [0-9a-f]{8} \(mariadb-server-0, -1\), aaaaaaaa \(mariadb-server-2\)/,
        );
        expect(backup.exit).toBe(unsafe);
        await expectUntouched(split, program);
        expect(await jobsOfProgram()).toEqual(jobs);
      } finally {
        await apart('-D');
      }
    });
  });
});
