import { describe, expect, it } from 'vitest';
import type { FailureError } from '../../src/base/failure.ts';
import { secretPasswords } from '../../src/mariadb/password.ts';
import type { Obj, Ref } from '../../src/target/kubernetes.ts';

const account = { user: 'root', secret: 'mariadb-root', key: 'password' };

function secrets(data: { [key: string]: string } | undefined) {
  const asked: Ref[] = [];
  const heard: string[] = [];
  const encoded = Object.fromEntries(
    Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  const get = async (ref: Ref): Promise<Obj | undefined> => {
    asked.push(ref);
    return data && { apiVersion: 'v1', kind: 'Secret', metadata: { name: ref.name }, data: encoded };
  };
  return { asked, heard, passwords: secretPasswords({ get }, 'openstack', (value) => heard.push(value)) };
}

describe('secretPasswords', () => {
  it('reads a key of a Secret once, and lets the redactor hear it first', async () => {
    const { asked, heard, passwords } = secrets({ password: 'pässword' });
    expect(await passwords(account)).toBe('pässword');
    expect(await passwords(account)).toBe('pässword');
    expect(asked).toEqual([{ apiVersion: 'v1', kind: 'Secret', namespace: 'openstack', name: 'mariadb-root' }]);
    expect(heard).toEqual(['pässword']);
  });

  it('reads it again when asked for a fresh one', async () => {
    const { asked, passwords } = secrets({ password: 'a' });
    await passwords(account);
    await passwords(account, { fresh: true });
    expect(asked).toHaveLength(2);
  });

  it.each([
    [undefined, 'no such Secret'],
    [{}, 'a Secret without keys'],
    [{ root: 'x', admin: 'y' }, 'keys root, admin'],
    [{ password: '' }, 'an empty value'],
  ])('of %j is refused: %s; and asked for again the next time', async (data, found) => {
    const { asked, passwords } = secrets(data);
    for (let i = 0; i < 2; i++) {
      const thrown = (await passwords(account).catch((error: unknown) => error)) as FailureError;
      expect(thrown.failure).toMatchObject({ kind: 'refused', found });
    }
    expect(asked).toHaveLength(2);
  });
});
