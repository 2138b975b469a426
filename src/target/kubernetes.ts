import { FailureError } from '../base/failure.ts';
import type { JsonObject } from '../base/json.ts';

/** Names one object. Without namespace: cluster scoped. */
export interface Ref {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface OwnerReference {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: { readonly [key: string]: string };
  readonly annotations?: { readonly [key: string]: string };
  readonly ownerReferences?: readonly OwnerReference[];
}

/** A Kubernetes object as the API server gives it: plain JSON, nothing dropped, times as text. */
export interface Obj {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  // biome-ignore lint/suspicious/noExplicitAny: the views in `target` read these fields, each in one place
  readonly [field: string]: any;
}

export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
}

/** The API server refused because the object is not as expected any more (409): read again, decide again. */
export class Conflict extends FailureError {
  override readonly name = 'Conflict';
}

/**
 * Reading objects. Every call has a deadline of its own (10 s unless told) and throws a `FailureError`: kind `refused` for a
 * missing right (verb, resource and account named), `unknown` for a deadline or a dropped connection, `failed` otherwise.
 */
export interface KubeReads {
  /** Absent: there is no such object. */
  get(ref: Ref): Promise<Obj | undefined>;
  list(kind: Kind, labels?: string): Promise<readonly Obj[]>;
  /** The last part of a container's log; `previous` for the container before the last restart. */
  logs(
    pod: { readonly namespace: string; readonly name: string; readonly container: string },
    options?: { readonly tailLines?: number; readonly previous?: boolean },
  ): Promise<string>;
}

/** Writing objects. A {@link Conflict} is thrown when a guard does not hold or the name is taken. */
export interface KubeWrites {
  create(object: Obj): Promise<Obj>;
  /** JSON merge patch; the guard's uid and resourceVersion (where given) must still hold. `null` removes a field. */
  patch(ref: Ref, patch: JsonObject, guard: { readonly uid: string; readonly resourceVersion?: string }): Promise<Obj>;
  /** Background deletion of exactly this object; gone already is fine. */
  remove(ref: Ref, uid: string): Promise<void>;
}
