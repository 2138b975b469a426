import http from 'node:http';
import https from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { fail } from '../base/failure.ts';
import type { Frozen } from './kubeconfig.ts';

/** What a request to the API server needs besides its address. */
export interface Credentials {
  readonly headers: http.OutgoingHttpHeaders;
  readonly agent: http.Agent;
  /** `user:password` of basic authentication. */
  readonly auth?: string;
}

/** Longer than a free connection may idle anywhere on the way: the API server keeps them 90 s, load balancers 20 s and up. */
const freeSocketMs = 15_000;

/** How this user reaches this API server: credentials by client-node (files, plugins, OIDC), connections kept open for the next call. */
export class Access {
  readonly frozen: Frozen;
  readonly #load: () => KubeConfig;
  #config: KubeConfig;
  #agent: { readonly key: string; readonly agent: http.Agent } | undefined;
  #pending: Promise<Credentials> | undefined;

  constructor(frozen: Frozen, load: () => KubeConfig) {
    this.frozen = frozen;
    this.#load = load;
    this.#config = load();
  }

  /** Runs a credential plugin when there is one and it is time; never twice at once. */
  credentials(): Promise<Credentials> {
    this.#pending ??= this.#credentials().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** After a 401: what plugins and files gave before is forgotten. */
  renew(): void {
    this.#config = this.#load();
  }

  /** After a deadline: connections that may lead nowhere (a VPN that came back) are not used again. What is under way on others goes on. */
  distrustConnections(): void {
    const free = Object.values(this.#agent?.agent.freeSockets ?? {});
    this.#agent = undefined;
    for (const socket of free.flat()) socket?.destroy();
  }

  close(): void {
    this.#agent?.agent.destroy();
    this.#agent = undefined;
  }

  async #credentials(): Promise<Credentials> {
    const options: https.RequestOptions = {};
    try {
      await this.#config.applyToHTTPSOptions(options);
    } catch (thrown) {
      this.#refuse(thrown);
    }
    const headers: http.OutgoingHttpHeaders = { ...(options.headers as http.OutgoingHttpHeaders) };
    for (const [name, value] of Object.entries(this.frozen.headers))
      headers[name] = typeof value === 'string' ? value : [...value];
    // A token file usually ends in a newline, which no header may hold.
    if (typeof headers.Authorization === 'string') headers.Authorization = headers.Authorization.trim();
    return {
      headers,
      agent: this.#agentFor(options),
      ...(typeof options.auth === 'string' ? { auth: options.auth } : {}),
    };
  }

  #agentFor(options: https.RequestOptions): http.Agent {
    const proxied = this.#config.getCurrentCluster()?.proxyUrl;
    if (proxied && options.agent instanceof http.Agent) return options.agent;
    const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = options;
    const tls = { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername };
    const given = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
    // A plugin may renew a client certificate: another one needs other connections.
    const identity = JSON.stringify(given);
    if (this.#agent?.key !== identity) {
      this.#agent?.agent.destroy();
      const keep = { keepAlive: true, timeout: freeSocketMs };
      const plain = this.frozen.server.startsWith('http:');
      this.#agent = { key: identity, agent: plain ? new http.Agent(keep) : new https.Agent({ ...given, ...keep }) };
    }
    return this.#agent.agent;
  }

  #refuse(thrown: unknown): never {
    const user = this.#config.getCurrentUser();
    const command: unknown = user?.exec?.command;
    const { code, message } = thrown as NodeJS.ErrnoException;
    const who = `user ${this.frozen.user} of context ${this.frozen.context}`;
    if (typeof command !== 'string') {
      fail(
        'refused',
        `the credentials of ${who}`,
        message || String(thrown),
        'mend the kubeconfig, or log in again',
        thrown,
      );
    }
    if (code === 'ENOENT' || code === 'EACCES') {
      const found = code === 'ENOENT' ? 'it is not installed, or not in PATH' : 'it may not be run';
      fail(
        'refused',
        `the credential plugin ${command} of ${who}`,
        found,
        'install it, or use a context that does without',
        thrown,
      );
    }
    fail(
      'refused',
      `credentials of ${who} from the plugin ${command}`,
      lastLine(message) ?? 'it failed without a word',
      `run \`kubectl --context ${this.frozen.context} version\` to log in again`,
      thrown,
    );
  }
}

function lastLine(text: string | undefined): string | undefined {
  return text
    ?.split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .at(-1)
    ?.slice(0, 300);
}
