/**
 * Lines that say the same of several members, as one: `data of mariadb-server-{0,1,2}: …`. Only where nothing but the member's ordinal
 * differs; `statefulset` is what members are named after.
 */
export function groupedByMember(texts: readonly string[], statefulset: string): readonly string[] {
  const groups = new Map<string, { readonly text: string; readonly ordinals: string[] }>();
  for (const text of texts) {
    const ordinals = new Set([...text.matchAll(memberIn(statefulset))].map(([, ordinal = '']) => ordinal));
    const [ordinal] = ordinals;
    const only = ordinals.size === 1 ? ordinal : undefined;
    const same = only === undefined ? text : text.replaceAll(memberIn(statefulset), `${statefulset}-{}`);
    const group = groups.get(same) ?? { text, ordinals: [] };
    groups.set(same, { ...group, ordinals: only === undefined ? [] : [...group.ordinals, only] });
  }
  return [...groups].map(([same, { text, ordinals }]) =>
    ordinals.length < 2 ? text : same.replaceAll(`${statefulset}-{}`, `${statefulset}-{${ordinals.join(',')}}`),
  );
}

function memberIn(statefulset: string): RegExp {
  // A name in Kubernetes has no other character that means something here.
  return new RegExp(`${statefulset.replaceAll('.', '\\.')}-(\\d+)(?![\\w-])`, 'g');
}
