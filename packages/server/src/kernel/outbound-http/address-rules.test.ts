import { describe, expect, it } from 'vitest';
import { canonicalAddress, isInRanges, isPublicAddress, parseRange } from './address-rules.ts';

describe('isPublicAddress', () => {
  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::7f00:1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::10.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    '2001:2::1',
    '2001:db8::1',
    '2002:0a00:0001::1',
    '2002:7f00:1::',
    '3fff::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    '4000::1',
  ])('refuses %s', (address) => {
    expect(isPublicAddress(canonicalAddress(address)!)).toBe(false);
  });

  it.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '2002:0808:0808::1',
    '2001:200::1',
    '2606:4700:4700::1111',
  ])('lets %s pass', (address) => {
    expect(isPublicAddress(canonicalAddress(address)!)).toBe(true);
  });
});

describe('canonicalAddress', () => {
  it('writes IPv4-mapped IPv6 as the IPv4 address that it reaches', () => {
    expect(canonicalAddress('::FFFF:127.0.0.1')).toBe('127.0.0.1');
    expect(canonicalAddress('0:0:0:0:0:ffff:a9fe:a9fe')).toBe('169.254.169.254');
  });

  it.each(['example.com', '127.1', '2130706433', '0x7f000001', 'fe80::1%eth0', ''])(
    'knows that "%s" is no address',
    (text) => {
      expect(canonicalAddress(text)).toBeUndefined();
    },
  );
});

describe('isInRanges', () => {
  it('never takes an address of one family for one of the other', () => {
    const ranges = [parseRange('0.0.0.0/0'), parseRange('fd00::/8')];
    expect(isInRanges('10.1.2.3', ranges)).toBe(true);
    expect(isInRanges('fd00::1', ranges)).toBe(true);
    expect(isInRanges('::1', ranges)).toBe(false);
  });
});
