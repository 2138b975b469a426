import { fail } from '../base/failure.ts';
import type { Account } from '../target/config.ts';
import type { KubeReads } from '../target/kubernetes.ts';

/** An account's password. `fresh`: read the Secret again, since what was read before did not fit. */
export type Passwords = (account: Account, options?: { readonly fresh?: boolean }) => Promise<string>;

/** Reads passwords from Secrets and keeps them in memory only. `onSecret` hears each before anybody else does, so that it can be redacted. */
export function secretPasswords(
  kube: Pick<KubeReads, 'get'>,
  namespace: string,
  onSecret: (value: string) => void,
): Passwords {
  const known = new Map<string, Promise<string>>();
  return (account, options = {}) => {
    const key = JSON.stringify([account.secret, account.key]);
    const kept = options.fresh ? undefined : known.get(key);
    if (kept) return kept;
    const reading = readPassword(kube, namespace, account).then((password) => {
      onSecret(password);
      return password;
    });
    known.set(key, reading);
    // A failure is not kept: the Secret may come, or the right to read it.
    reading.catch(() => known.delete(key));
    return reading;
  };
}

async function readPassword(kube: Pick<KubeReads, 'get'>, namespace: string, account: Account): Promise<string> {
  const { secret: name, key, user } = account;
  const secret = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  const expected = `the password of account ${user} in Secret ${namespace}/${name}, key ${key}`;
  if (secret === undefined)
    fail('refused', expected, 'no such Secret', 'create it, or correct "secret" in the configuration');
  const data: { readonly [key: string]: string } = secret.data ?? {};
  const encoded = data[key];
  if (encoded === undefined) {
    const keys = Object.keys(data).join(', ');
    fail(
      'refused',
      expected,
      keys === '' ? 'a Secret without keys' : `keys ${keys}`,
      'correct "key" in the configuration',
    );
  }
  const password = Buffer.from(encoded, 'base64').toString('utf8');
  if (password === '') fail('refused', expected, 'an empty value', 'put the password there');
  return password;
}
