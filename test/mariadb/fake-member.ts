/** A member's MariaDB of scripted answers, by mysql2's own server, behind a Duplex as a port-forward is one. */
import { createHash } from 'node:crypto';
import net, { type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import mysql from 'mysql2';

export type Answer =
  | { readonly columns: readonly string[]; readonly rows: readonly (readonly (string | null)[])[] }
  | { readonly code: number; readonly message: string }
  | 'ok'
  /** No answer, ever. */
  | 'hang'
  /** The connection is cut. */
  | 'drop';

export interface FakeMember {
  readonly queries: string[];
  readonly users: string[];
  /** Accepted at login. */
  password: string;
  open(member: string): Promise<Duplex>;
  opened(): number;
  /** Connections that were ended by COM_QUIT. */
  goodbyes(): number;
  close(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: mysql2 does not type its server side
type Loose = any;

const sha1 = (...parts: (Buffer | string)[]): Buffer => {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** `mysql_native_password`: what the client sends for this password and these 20 bytes of salt. */
function tokenOf(password: string, salt: Buffer): Buffer {
  const once = sha1(password);
  const mask = sha1(salt, sha1(once));
  return Buffer.from(once.map((byte, i) => byte ^ (mask[i] ?? 0)));
}

export async function fakeMember(answer: (query: string) => Answer): Promise<FakeMember> {
  const queries: string[] = [];
  const users: string[] = [];
  let opened = 0;
  let goodbyes = 0;
  const server: Loose = (mysql as Loose).createServer();
  const member: FakeMember = {
    queries,
    users,
    password: 'right',
    open: async () => {
      opened++;
      const socket = net.connect((server._server.address() as AddressInfo).port, '127.0.0.1');
      socket.setNoDelay(true);
      sockets.add(socket);
      return socket;
    },
    opened: () => opened,
    goodbyes: () => goodbyes,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server._server.close(() => resolve()));
    },
  };
  const sockets = new Set<net.Socket>();
  server.on('connection', (connection: Loose) => {
    connection.on('error', () => undefined);
    connection.stream.setNoDelay(true);
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: '5.5.5-10.11.19-MariaDB',
      connectionId: 1,
      statusFlags: 2,
      characterSet: 45,
      capabilityFlags: 0xffffff & ~0x800 & ~0x20,
      authCallback: (login: Loose, done: Loose) => {
        users.push(login.user);
        const { authPluginData1, authPluginData2, authToken } = login;
        const salt = Buffer.concat([authPluginData1, authPluginData2]).subarray(0, 20);
        if (tokenOf(member.password, salt).equals(authToken)) done(null);
        else
          done(null, {
            code: 1045,
            message: `Access denied for user '${login.user}'@'127.0.0.1' (using password: YES)`,
          });
      },
    });
    const asked = (query: string) => {
      queries.push(query);
      const found = query.startsWith('SET SESSION') ? 'ok' : answer(query);
      if (found === 'hang') return;
      if (found === 'drop') return connection.stream.destroy();
      if (found === 'ok') return connection.writeOk();
      if ('code' in found) return connection.writeError(found);
      const columns = found.columns.map((name) => ({
        catalog: 'def',
        schema: '',
        table: '',
        orgTable: '',
        name,
        orgName: name,
        characterSet: 45,
        columnLength: 1024,
        columnType: 0xfd,
        flags: 0,
        decimals: 0,
      }));
      connection.writeTextResult(
        found.rows.map((row) => Object.fromEntries(row.map((value, i) => [found.columns[i], value]))),
        columns,
      );
    };
    connection.on('quit', () => {
      goodbyes++;
      connection.stream.end();
    });
    connection.on('query', asked);
    // So it calls a SET.
    connection.on('stmt_prepare', asked);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return member;
}
