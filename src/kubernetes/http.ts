import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { FailureError, fail, failure } from '../base/failure.ts';
import type { Access, Credentials } from './access.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: { readonly [name: string]: string | number | undefined };
  readonly body?: unknown;
  readonly contentType?: string;
  readonly deadlineMs?: number;
  /** What is asked, for sentences: `get Pod openstack/mariadb-server-0`. */
  readonly what: string;
  /** What has come until a deadline or a broken connection is the answer: for a log that is followed. */
  readonly partly?: boolean;
  /** Stops waiting for a `partly` answer. */
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export const usualDeadlineMs = 10_000;
const mostBytes = 256 * 1024 * 1024;
const unzip = promisify(gunzip);

/** No answer came. `late`: not in time. */
class Silence extends Error {
  readonly late: boolean;
  constructor(found: string, late: boolean, cause?: unknown) {
    super(found, { cause });
    this.late = late;
  }
}

/** Calls to the API server, one deadline over all of each: credentials, connection, answer, tries again. Only reads are tried again. */
export class Http {
  readonly access: Access;
  readonly #backoffMs: number;

  constructor(access: Access, options: { readonly backoffMs?: number } = {}) {
    this.access = access;
    this.#backoffMs = options.backoffMs ?? 200;
  }

  async call(call: Call): Promise<Answer> {
    const ms = call.deadlineMs ?? usualDeadlineMs;
    const end = performance.now() + ms;
    let renewed = false;
    for (let tries = 1; ; tries++) {
      const outcome = await this.#once(call, end).catch((thrown: unknown) => {
        if (thrown instanceof Silence) return thrown;
        throw thrown;
      });
      if (!(outcome instanceof Silence) && outcome.status === 401 && !renewed) {
        // A 401 was not carried out, whatever it was: credentials that were good before may have ended in between.
        renewed = true;
        this.access.renew();
        continue;
      }
      const pause = this.#pauseBefore(call, outcome, tries);
      if (pause !== undefined && performance.now() + pause < end) {
        await sleep(pause);
        continue;
      }
      if (outcome instanceof Silence) this.#unknown(call, outcome, ms);
      return outcome;
    }
  }

  /** Milliseconds until another try; undefined: none. */
  #pauseBefore(call: Call, outcome: Answer | Silence, tries: number): number | undefined {
    if (call.method !== 'GET' || call.partly || tries > 2) return undefined;
    const usual = this.#backoffMs * 3 ** (tries - 1);
    if (outcome instanceof Silence) return outcome.late || isCertificateProblem(outcome) ? undefined : usual;
    if (outcome.status !== 429 && outcome.status < 500) return undefined;
    const wanted = Number(outcome.headers['retry-after']);
    return Number.isFinite(wanted) ? Math.max(wanted * 1000, usual) : usual;
  }

  async #once(call: Call, end: number): Promise<Answer> {
    const late = () => new Silence(`no answer within ${seconds(call.deadlineMs ?? usualDeadlineMs)}`, true);
    const credentials = await within(this.access.credentials(), end, late);
    const url = addressOf(this.access.frozen.server, call);
    try {
      return await send(url, call, credentials, end, late);
    } catch (thrown) {
      if (thrown instanceof Silence && thrown.late) this.access.distrustConnections();
      throw thrown;
    }
  }

  #unknown(call: Call, silence: Silence, ms: number): never {
    const { server, context } = this.access.frozen;
    if (isCertificateProblem(silence)) {
      throw new FailureError(
        failure(
          'refused',
          `API server ${server} with a certificate that context ${context} trusts`,
          silence.message,
          'mend certificate-authority of the kubeconfig, or find out who answers there',
        ),
        { cause: silence },
      );
    }
    const next =
      call.method === 'GET'
        ? 'ask again; if it stays so, look at the connection to the API server'
        : 'read the object to see whether it was done; look at the connection to the API server';
    const found = silence.late ? `none within ${seconds(ms)}` : silence.message;
    fail('unknown', `an answer of API server ${server} to: ${call.what}`, found, next, silence);
  }
}

export function addressOf(server: string, call: Pick<Call, 'path' | 'query'>): URL {
  const url = new URL(server + call.path);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

export function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`;
}

/** The work, or `late` when `end` (of `performance.now`) comes first. */
export async function within<T>(work: Promise<T>, end: number, late: () => Error): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), Math.max(0, end - performance.now()));
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function send(url: URL, call: Call, credentials: Credentials, end: number, late: () => Silence): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const options: https.RequestOptions = {
    method: call.method,
    agent: credentials.agent,
    headers: {
      ...credentials.headers,
      accept: 'application/json, */*',
      'accept-encoding': call.partly ? 'identity' : 'gzip',
      'user-agent': 'galera-runbook',
      ...(body === undefined
        ? {}
        : { 'content-type': call.contentType ?? 'application/json', 'content-length': Buffer.byteLength(body) }),
    },
    ...(credentials.auth === undefined ? {} : { auth: credentials.auth }),
  };
  const request = url.protocol === 'http:' ? http.request(url, options) : https.request(url, options);
  let answerSoFar: (() => Answer) | undefined;
  const stop = (silence: Silence) => {
    if (call.partly && answerSoFar) resolve(answerSoFar());
    else reject(silence);
    request.destroy();
  };
  const timer = setTimeout(() => stop(late()), Math.max(0, end - performance.now()));
  const abort = () => stop(new Silence('nobody waits any more', false));
  call.signal?.addEventListener('abort', abort);
  request.once('close', () => {
    clearTimeout(timer);
    call.signal?.removeEventListener('abort', abort);
  });
  request.once('error', (error) => stop(new Silence(networkError(error), false, error)));
  request.once('response', (response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const { statusCode: status = 0, headers } = response;
    answerSoFar = () => ({ status, headers, body: Buffer.concat(chunks).toString('utf8') });
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostBytes) stop(new Silence(`an answer of more than ${mostBytes} bytes`, false));
      else chunks.push(chunk);
    });
    response.once('error', (error) =>
      stop(new Silence('the connection broke in the middle of the answer', false, error)),
    );
    response.once('end', () => {
      const data = Buffer.concat(chunks);
      const plain = headers['content-encoding'] === 'gzip' ? unzip(data) : Promise.resolve(data);
      plain.then(
        (whole) => resolve({ status, headers, body: whole.toString('utf8') }),
        (error: unknown) => stop(new Silence('an answer that is not whole', false, error)),
      );
    });
  });
  request.end(body);
  return promise;
}

/** Node's words where they say more than the code. */
export function networkError(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  const said: { readonly [code: string]: string } = {
    ECONNREFUSED: 'the connection was refused',
    ECONNRESET: 'the connection broke',
    EPIPE: 'the connection broke',
    ENOTFOUND: 'its name is not known here',
    EAI_AGAIN: 'the name server does not answer',
    ETIMEDOUT: 'no connection in time',
    EHOSTUNREACH: 'there is no route to it',
    ENETUNREACH: 'there is no route to it',
  };
  const words = code === undefined ? undefined : said[code];
  // AggregateError of several addresses has no message of its own.
  return words ?? (error.message || code || 'the connection broke');
}

function isCertificateProblem(silence: Silence): boolean {
  const code = (silence.cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS_|ERR_SSL_|ERR_OSSL_/.test(code);
}
