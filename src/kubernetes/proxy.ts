import { BlockList, isIP } from 'node:net';

type Env = { readonly [name: string]: string | undefined };

/** The proxy that kubectl would use for this server: HTTPS_PROXY or HTTP_PROXY, unless NO_PROXY or loopback says otherwise. */
export function proxyFor(server: string, env: Env): string | undefined {
  const url = new URL(server);
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = env[name] || env[name.toLowerCase()];
  if (!proxy) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) return undefined;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const exceptions = (env.NO_PROXY || env.no_proxy || '').split(',').map((entry) => entry.trim().toLowerCase());
  if (exceptions.some((entry) => entry !== '' && excepts(entry, host, port))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function excepts(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const range = /^(.+)\/(\d{1,3})$/.exec(entry);
  if (range?.[1] && isIP(range[1]) !== 0 && isIP(host) === isIP(range[1])) {
    const family = isIP(host) === 6 ? 'ipv6' : 'ipv4';
    const list = new BlockList();
    list.addSubnet(range[1], Number(range[2]), family);
    return list.check(host, family);
  }
  const [, name = entry, wanted] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (wanted !== undefined && isIP(entry) === 0 && wanted !== port) return false;
  const bare = isIP(entry) === 0 ? name.replace(/^\*?\./, '') : entry;
  return host === bare || host.endsWith(`.${bare}`);
}
