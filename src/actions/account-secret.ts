import { type Failure, FailureError, failure } from '../base/failure.ts';
import type { Look } from '../target/look.ts';

/**
 * Why a runner could not mount the acting account's password: its pod would wait for the Secret until the Job's deadline. Undefined: it is
 * there, or this Kubernetes account may not look, as a reader's may not (design §6.1). What is in it is not looked at.
 */
export async function accountSecretProblem({ kube, config }: Look): Promise<Failure | undefined> {
  const { user, secret: name, key } = config.account;
  const { namespace } = config;
  const expected = `the password of account ${user} in Secret ${namespace}/${name}, key ${key}`;
  try {
    const secret = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
    if (!secret)
      return failure('refused', expected, 'no such Secret', 'create it, or correct "secret" in the configuration');
    const keys = Object.keys(secret.data ?? {});
    if (keys.includes(key)) return undefined;
    const found = keys.length === 0 ? 'a Secret without keys' : `keys ${keys.join(', ')}`;
    return failure('refused', expected, found, 'correct "key" in the configuration');
  } catch (thrown) {
    if (thrown instanceof FailureError && thrown.failure.kind === 'refused') return undefined;
    throw thrown;
  }
}
