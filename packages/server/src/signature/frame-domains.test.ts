import { describe, expect, it } from 'vitest';
import { frameAncestors, frameDomainFault, messageOrigins } from './frame-domains.ts';

describe('the domain of a signer', () => {
  it.each([
    ['nordbank.example', 'prod', ['https://nordbank.example']],
    ['nordbank.example:8443', 'prod', ['https://nordbank.example:8443']],
    ['https://nordbank.example', 'prod', ['https://nordbank.example']],
    ['*.nordbank.example  my.nordbank.example', 'prod', ['https://*.nordbank.example', 'https://my.nordbank.example']],
    ['http://nordbank.example', 'test', ['http://nordbank.example']],
    ['localhost:3000', 'test', ['https://localhost:3000', 'http://localhost:3000']],
    ['localhost:3000', 'prod', ['https://localhost:3000']],
  ] as const)('%s in %s allows frames of %j', (domain, environment, ancestors) => {
    expect(frameDomainFault(domain, environment)).toBeUndefined();
    expect(frameAncestors(domain, environment)).toEqual(ancestors);
  });

  it.each([
    [' '],
    ['*'],
    ['https:'],
    ['nordbank.example/path'],
    ["'self'"],
    ['a.example; script-src *'],
    ['a.example,b.example'],
    ['a.example:0'],
    ['a.example:65536'],
    ['ftp://a.example'],
    ['user@a.example'],
    ['-a.example'],
    ['a..example'],
    ['my.*.example'],
    ['my.example *.example'],
    ['http://a.example'],
    [Array.from({ length: 11 }, (_, at) => `a${at}.example`).join(' ')],
  ])('%j is refused, and would allow nobody', (domain) => {
    expect(frameDomainFault(domain, 'prod')).toEqual(expect.any(String));
    expect(frameAncestors(domain, 'prod')).toEqual([]);
    expect(messageOrigins({ redirectMode: 'iframe_with_webmessaging', domain }, 'prod')).toEqual([]);
  });

  it('that is the last one receives the messages, as the browser writes origins, in the modes with messages', () => {
    const domain = '*.outer.example Inner.Example:443';
    for (const redirectMode of ['iframe_with_webmessaging', 'iframe_with_redirect_and_webmessaging']) {
      expect(messageOrigins({ redirectMode, domain }, 'prod')).toEqual(['https://inner.example']);
    }
    for (const redirectMode of ['donot_redirect', 'redirect', 'iframe_with_redirect']) {
      expect(messageOrigins({ redirectMode, domain }, 'prod')).toEqual([]);
    }
  });
});
