import type { JsonObject } from '../base/json.ts';
import type { Ref } from '../target/kubernetes.ts';
import type { Look } from '../target/look.ts';
import type { ClusterView } from './cluster-view.ts';

/** A key that no pod has: with it in the selector the Service points to nobody. Its value says which run has cut the traffic. */
export const cutKey = 'galera-runbook/cut';

export type Selector = { readonly [key: string]: string };

export function serviceRef(look: Look, name = look.config.service): Ref {
  return { apiVersion: 'v1', kind: 'Service', namespace: look.config.namespace, name };
}

/** The run that has cut the traffic, if any. */
export function cutBy(view: ClusterView): string | undefined {
  return view.service.selector[cutKey];
}

export function withoutCut(selector: Selector): Selector {
  return Object.fromEntries(Object.entries(selector).filter(([key]) => key !== cutKey));
}

/** The merge patch that turns one selector into the other: `null` removes a key. */
export function selectorPatch(from: Selector, to: Selector): JsonObject {
  const gone = Object.keys(from).filter((key) => !Object.hasOwn(to, key));
  return { spec: { selector: { ...Object.fromEntries(gone.map((key) => [key, null])), ...to } } };
}

export function selectorText(selector: Selector): string {
  return Object.entries(selector)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

export function servedText(look: Look, view: ClusterView): string {
  const served = view.members.filter((member) => member.inService).length;
  return `${served} of ${view.members.length} members in Service ${look.config.service}`;
}
