import { fail, failure } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';
import { Conflict, type Kind, type KubeReads, type KubeWrites, type Obj, type Ref } from '../target/kubernetes.ts';
import { refuse, saysNotFound } from './answers.ts';
import type { Answer, Call, Http } from './http.ts';
import { pathOf, resourceOf } from './kinds.ts';

type Rest = Omit<Call, 'method' | 'path' | 'what'>;

const pageSize = 500;
const logDeadlineMs = 30_000;
const mostLogBytes = 16 * 1024 * 1024;
/** What the kubelet says in place of a log, as if it were one: status 200. */
const logIsGone = /^unable to retrieve container logs for \S+\s*$/;
/** Enough for every line that matters of a log that is too long to be fetched whole. */
const longLogLines = 20_000;

/** Objects as the API server's JSON says them, without client-node's generated classes: those drop fields and rewrite times. */
export class KubeObjects implements KubeReads, KubeWrites {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  async get(ref: Ref): Promise<Obj | undefined> {
    const answer = await this.#ask('GET', 'get', ref);
    if (saysNotFound(answer)) return undefined;
    return this.#object(answer, 'get', ref);
  }

  list(kind: Kind, labels?: string): Promise<readonly Obj[]> {
    return this.listWhere(kind, { labels });
  }

  /** `fields`: a field selector, as Events need it. */
  async listWhere(
    kind: Kind,
    where: { readonly labels?: string | undefined; readonly fields?: string },
  ): Promise<readonly Obj[]> {
    const query = { limit: pageSize, labelSelector: where.labels, fieldSelector: where.fields };
    const found = (await this.#pages(kind, query)) ?? (await this.#pages(kind, query));
    if (found) return found;
    fail(
      'unknown',
      `all ${resourceOf(kind).name}${inNamespace(kind)}`,
      'the list ran out of date while it was read, twice',
      'ask again',
    );
  }

  /** Undefined: the list ran out of date between two pages. */
  async #pages(kind: Kind, query: Rest['query']): Promise<readonly Obj[] | undefined> {
    const found: Obj[] = [];
    let page: string | undefined;
    do {
      const answer = await this.#ask('GET', 'list', kind, { query: { ...query, continue: page } });
      if (answer.status === 410 && page !== undefined) return undefined;
      if (answer.status !== 200) this.#refuse(answer, 'list', kind);
      const list = this.#json(answer, 'list', kind);
      if (!Array.isArray(list.items)) this.#unreadable('list', kind);
      // Items of a list do not say what they are.
      for (const item of list.items) found.push({ ...item, apiVersion: kind.apiVersion, kind: kind.kind });
      page = (list.metadata as { continue?: string } | undefined)?.continue || undefined;
    } while (page !== undefined);
    return found;
  }

  async logs(
    pod: { readonly namespace: string; readonly name: string; readonly container: string },
    options: { readonly tailLines?: number; readonly previous?: boolean; readonly deadlineMs?: number } = {},
  ): Promise<string> {
    const log = await this.#log(pod, options);
    if (options.tailLines !== undefined || Buffer.byteLength(log) < mostLogBytes) return log;
    // limitBytes cuts at the end, and the end is what matters.
    return `[the log is longer than ${mostLogBytes} bytes: only its last ${longLogLines} lines]\n${await this.#log(pod, { ...options, tailLines: longLogLines })}`;
  }

  /** The log from now on until the container ends, `ms` are over, nobody waits any more or the connection breaks. */
  followLog(
    pod: { readonly namespace: string; readonly name: string; readonly container: string },
    ms: number,
    signal: AbortSignal,
  ): Promise<string> {
    return this.#log(pod, { follow: true, deadlineMs: ms, signal });
  }

  async #log(
    pod: { readonly namespace: string; readonly name: string; readonly container: string },
    options: {
      readonly tailLines?: number;
      readonly previous?: boolean;
      readonly follow?: boolean;
      readonly deadlineMs?: number;
      readonly signal?: AbortSignal;
    },
  ): Promise<string> {
    const what = `read the log of container ${pod.container} of pod ${pod.namespace}/${pod.name}`;
    const answer = await this.#http.call({
      method: 'GET',
      path: `${pathOf({ apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name })}/log`,
      query: {
        container: pod.container,
        tailLines: options.tailLines,
        limitBytes: mostLogBytes,
        previous: options.previous ? 'true' : undefined,
        follow: options.follow ? 'true' : undefined,
      },
      what,
      deadlineMs: options.deadlineMs ?? logDeadlineMs,
      ...(options.follow ? { partly: true } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    if (answer.status === 200 && logIsGone.test(answer.body)) {
      fail(
        'failed',
        `the log of container ${pod.container} of pod ${pod.namespace}/${pod.name}`,
        answer.body.trim(),
        'nothing: it went with its container',
      );
    }
    if (answer.status === 200) return answer.body;
    refuse(answer, this.#http.access, what, `get pods/log in namespace ${pod.namespace}`);
  }

  async create(object: Obj): Promise<Obj> {
    const { apiVersion, kind, metadata } = object;
    const collection: Kind = {
      apiVersion,
      kind,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    };
    const ref: Ref = { ...collection, name: metadata.name };
    const answer = await this.#http.call({
      method: 'POST',
      path: pathOf(collection),
      body: object,
      what: whatOf('create', ref),
    });
    return this.#object(answer, 'create', ref);
  }

  async patch(
    ref: Ref,
    patch: JsonObject,
    guard: { readonly uid: string; readonly resourceVersion?: string },
  ): Promise<Obj> {
    // The API server answers 409 when these two of a patch are not the object's.
    const metadata = {
      ...(patch.metadata as JsonObject | undefined),
      uid: guard.uid,
      ...(guard.resourceVersion === undefined ? {} : { resourceVersion: guard.resourceVersion }),
    };
    const answer = await this.#ask('PATCH', 'patch', ref, {
      body: { ...patch, metadata },
      contentType: 'application/merge-patch+json',
    });
    if (saysNotFound(answer)) {
      throw new Conflict(failure('failed', `${nameOf(ref)} with uid ${guard.uid}`, 'it is gone', 'read it again'));
    }
    return this.#object(answer, 'patch', ref);
  }

  async remove(ref: Ref, uid: string): Promise<void> {
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background', preconditions: { uid } };
    const answer = await this.#ask('DELETE', 'delete', ref, { body });
    if (answer.status < 300 || saysNotFound(answer)) return;
    this.#refuse(answer, 'delete', ref);
  }

  #ask(method: Call['method'], verb: string, of: Kind & { readonly name?: string }, rest: Rest = {}): Promise<Answer> {
    return this.#http.call({ method, path: pathOf(of), what: whatOf(verb, of), ...rest });
  }

  #refuse(answer: Answer, verb: string, of: Kind & { readonly name?: string }): never {
    refuse(answer, this.#http.access, whatOf(verb, of), `${verb} ${resourceOf(of).name}${inNamespace(of)}`);
  }

  #object(answer: Answer, verb: string, ref: Ref): Obj {
    if (answer.status >= 300) this.#refuse(answer, verb, ref);
    const object = this.#json(answer, verb, ref);
    const metadata = object.metadata as Obj['metadata'] | undefined;
    if (object.kind !== ref.kind || metadata?.name !== ref.name) this.#unreadable(verb, ref);
    return object as unknown as Obj;
  }

  #json(answer: Answer, verb: string, of: Kind & { readonly name?: string }): { readonly [key: string]: unknown } {
    try {
      const value = JSON.parse(answer.body) as { readonly [key: string]: unknown } | null;
      if (typeof value === 'object' && value !== null && value.kind !== 'Status') return value;
    } catch {
      // Not the parser's message: it quotes what it read, which may be a Secret.
    }
    this.#unreadable(verb, of);
  }

  #unreadable(verb: string, of: Kind & { readonly name?: string }): never {
    const { server } = this.#http.access.frozen;
    fail(
      'unknown',
      `an answer of API server ${server} to: ${whatOf(verb, of)}`,
      'something that is no such object',
      'find out what answers at this address',
    );
  }
}

function nameOf(of: Kind & { readonly name?: string }): string {
  if (of.name === undefined) return `${of.kind}s${inNamespace(of)}`;
  return `${of.kind} ${of.namespace === undefined ? '' : `${of.namespace}/`}${of.name}`;
}

function whatOf(verb: string, of: Kind & { readonly name?: string }): string {
  return `${verb} ${nameOf(of)}`;
}

function inNamespace(of: Kind): string {
  return of.namespace === undefined ? '' : ` in namespace ${of.namespace}`;
}
