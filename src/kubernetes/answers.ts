import { fail, failure } from '../base/failure.ts';
import { Conflict } from '../target/kubernetes.ts';
import type { Access } from './access.ts';
import type { Answer } from './http.ts';

/** What an API server says instead of the object. Absent fields: somebody else answered (a proxy, a portal). */
export interface Status {
  readonly message?: string;
  readonly reason?: string;
  /** Fields that the server found wrong: `metadata.uid`. */
  readonly fields: readonly string[];
}

interface Loose {
  readonly kind?: unknown;
  readonly message?: unknown;
  readonly reason?: unknown;
  readonly details?: { readonly causes?: readonly { readonly field?: string }[] };
}

export function statusOf(answer: Answer): Status | undefined {
  try {
    const value = JSON.parse(answer.body) as Loose | null;
    if (value?.kind !== 'Status') return undefined;
    return {
      ...(typeof value.message === 'string' ? { message: value.message } : {}),
      ...(typeof value.reason === 'string' ? { reason: value.reason } : {}),
      fields: (value.details?.causes ?? []).flatMap(({ field }) => field ?? []),
    };
  } catch {
    return undefined;
  }
}

/** Only a Status of reason NotFound says that the object is not there; the 404 of a wrong address or a proxy says nothing. */
export function saysNotFound(answer: Answer): boolean {
  return answer.status === 404 && statusOf(answer)?.reason === 'NotFound';
}

/** What the server says is wrong with the request itself. */
const notAccepted = new Set([400, 405, 413, 415, 422]);

/** Turns an answer that is no success into a failure. `right`: `list pods in namespace openstack`, as RBAC counts it. */
export function refuse(answer: Answer, access: Access, what: string, right: string): never {
  const { server, user, context } = access.frozen;
  const status = statusOf(answer);
  const said = status?.message ?? (shortened(answer.body) || 'no explanation');
  const code = answer.status;
  if (code === 401) {
    fail(
      'refused',
      `credentials of user ${user} (context ${context}) that ${server} accepts`,
      `401 ${status?.message ?? 'Unauthorized'}`,
      'log in again: they may have expired',
    );
  }
  if (code === 403) {
    // Quotas, admission and a namespace that goes away are 403 too; RBAC says "cannot".
    if (status !== undefined && !said.includes(' cannot ')) {
      fail('refused', `leave to: ${what}`, said, 'look at quotas, admission policies and the namespace');
    }
    const expected = `the right to ${right} for user ${user} (context ${context})`;
    fail('refused', expected, said, 'ask for the right, or use another context');
  }
  // Without a Status it is not the API server's word: whether the object is there is open.
  if (code === 404 && status !== undefined) {
    fail('failed', `${what} to be possible`, said, 'look at the name and the namespace');
  }
  // A patch with another object's uid is "invalid", not a conflict.
  if (code === 409 || (code === 422 && status?.fields.includes('metadata.uid'))) {
    const next = status?.reason === 'AlreadyExists' ? 'look at the object that has this name' : 'read it again';
    throw new Conflict(failure('failed', `${what} to meet the object as it was read`, said, next));
  }
  if (notAccepted.has(code)) {
    const next = 'this may be a defect of galera-runbook, or a policy of the cluster: read what was found';
    fail('failed', `${what} to be accepted`, said, next);
  }
  const next = 'ask again; if it stays so, look at the API server';
  fail('unknown', `an answer of API server ${server} to: ${what}`, `${code} ${said}`, next);
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
