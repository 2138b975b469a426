import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../src/kubernetes/proxy.ts';

const proxy = 'http://proxy:3128';

describe('proxyFor', () => {
  it.each([
    ['https://api.example.com:6443', {}, undefined],
    ['https://api.example.com:6443', { HTTPS_PROXY: proxy }, proxy],
    ['https://api.example.com:6443', { https_proxy: 'proxy:3128' }, proxy],
    ['http://api.example.com', { HTTPS_PROXY: proxy }, undefined],
    ['https://127.0.0.1:6443', { HTTPS_PROXY: proxy }, undefined],
    ['https://[::1]:6443', { HTTPS_PROXY: proxy }, undefined],
    ['https://api.example.com', { HTTPS_PROXY: proxy, NO_PROXY: '*' }, undefined],
    ['https://api.example.com', { HTTPS_PROXY: proxy, NO_PROXY: 'example.com' }, undefined],
    ['https://api.example.com', { HTTPS_PROXY: proxy, no_proxy: 'x, .example.com' }, undefined],
    ['https://api.notexample.com', { HTTPS_PROXY: proxy, NO_PROXY: 'example.com' }, proxy],
    ['https://10.250.0.2:6443', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, undefined],
    ['https://10.250.0.2:6443', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/16' }, proxy],
    ['https://10.250.0.2:6443', { HTTPS_PROXY: proxy, NO_PROXY: '10.250.0.2:6443' }, undefined],
    ['https://10.250.0.2:6443', { HTTPS_PROXY: proxy, NO_PROXY: '10.250.0.2:443' }, proxy],
    ['https://[fd00::2]:6443', { HTTPS_PROXY: proxy, NO_PROXY: 'fd00::/8' }, undefined],
  ])('%s with %j: %s', (server, env, expected) => {
    expect(proxyFor(server, env)).toBe(expected);
  });
});
