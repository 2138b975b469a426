import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { safeText } from '../base/safe-text.ts';

/** Who works here, for journal and lease. Names from the environment are claims; the ids are the kernel's. */
export interface Who {
  /** `sre1@bastion-1` */
  readonly name: string;
  /** With what an auditor asks for: `root@bastion-1 (sudo sre1, login uid 1000, from 10.0.0.7)`. */
  readonly full: string;
}

export interface Surroundings {
  readonly environment: { readonly [name: string]: string | undefined };
  readonly user: () => { readonly username: string; readonly uid: number };
  readonly host: string;
  readonly loginUid: () => string;
}

const here: Surroundings = {
  environment: process.env,
  user: userInfo,
  host: hostname(),
  loginUid: () => readFileSync('/proc/self/loginuid', 'utf8').trim(),
};

/** (uid_t) -1: nobody logged in, a service did it. */
const unsetLogin = '4294967295';

export function who(of: Surroundings = here): Who {
  const { environment } = of;
  const name = `${userName(of)}@${of.host}`;
  const login = attempt(of.loginUid);
  const from = environment.SSH_CONNECTION?.split(' ')[0];
  const more = [
    environment.SUDO_USER === undefined ? undefined : `sudo ${environment.SUDO_USER}`,
    login === undefined || login === '' || login === unsetLogin ? undefined : `login uid ${login}`,
    from === undefined || from === '' ? undefined : `from ${from}`,
  ].filter((part) => part !== undefined);
  return { name: tidy(name), full: tidy(more.length === 0 ? name : `${name} (${more.join(', ')})`) };
}

/** A container's user has no name; its number is all there is. */
function userName(of: Surroundings): string {
  const user = attempt(of.user);
  if (user !== undefined && user.username !== '') return user.username;
  return `uid-${user?.uid ?? process.getuid?.() ?? 'unknown'}`;
}

function tidy(text: string): string {
  return safeText(text).slice(0, 200);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
