import { fail } from '../base/failure.ts';
import type { Ref } from '../target/kubernetes.ts';
import type { Hands, Look } from '../target/look.ts';
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

export function selectorText(selector: Selector): string {
  return Object.entries(selector)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** Of the debt that cutting this Service's traffic is. */
export function trafficDebt(service: string): string {
  return `traffic:${service}`;
}

/** Whether a cut of this run must stand now. */
export function keepsTrafficAway(look: Look): boolean {
  return look.at.owes?.includes(trafficDebt(look.config.service)) === true;
}

const uncut = 'a controller or a GitOps tool, or a colleague: pause it';

/** Design §6.12, before a step that stands on the cut: nothing is done when somebody has ended it. */
export function requireCut(look: Look, view: ClusterView): void {
  if (!keepsTrafficAway(look) || cutBy(view) === look.at.run) return;
  const { run } = look.at;
  fail(
    'refused',
    `Service ${look.config.service} cut by run ${run}, as it left it`,
    `somebody has changed its selector: ${selectorText(view.service.selector)}`,
    `find out who changes the Service (${uncut}); cut it again: ${cutByHand(look)}; then go on: galera-runbook runs repair ${run}`,
  );
}

/**
 * Design §6.12, while members start on data that nobody has proven yet: clients would reach the first one as soon as it is Ready. The cut is put
 * in place again at once, and the step stops all the same: they may have been in.
 */
export async function keepCut(hands: Hands, view: ClusterView): Promise<void> {
  if (!keepsTrafficAway(hands) || hands.at.unproven !== true || cutBy(view) === hands.at.run) return;
  const { service } = hands.config;
  const found = selectorText(view.service.selector);
  const reached = view.members.filter((member) => member.inService).map((member) => member.name);
  const by = cutBy(view);
  if (by === undefined) await cut(hands, view);
  fail(
    'unsafe',
    `Service ${service} cut by run ${hands.at.run} until the data is proven`,
    `somebody has changed its selector: ${found}; ${reached.length === 0 ? 'no member was in the Service' : `in the Service: ${reached.join(', ')}`}${by === undefined ? '; it was cut again' : ''}`,
    `find out who changes the Service (${uncut}); then go on: galera-runbook runs repair ${hands.at.run}`,
  );
}

/** Right from this view: the guard refuses when the Service has changed since. */
export async function cut(hands: Hands, { service }: ClusterView): Promise<void> {
  await hands.kube.patch(
    serviceRef(hands),
    { spec: { selector: { [cutKey]: hands.at.run } } },
    { uid: service.uid, resourceVersion: service.resourceVersion },
  );
}

/** What an operator types for {@link cut}. */
export function cutByHand({ config: { namespace, service }, at: { run } }: Look): string {
  return `kubectl -n ${namespace} patch service/${service} --type merge -p '{"spec":{"selector":{"${cutKey}":"${run}"}}}'`;
}

export function servedText(look: Look, view: ClusterView): string {
  const served = view.members.filter((member) => member.inService).length;
  return `${served} of ${view.members.length} members in Service ${look.config.service}`;
}
