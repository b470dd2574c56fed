import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type AddressRange = [Address, number];

/** IANA special-purpose registry (RFC 6890 and its updates), plus the host address that Azure serves metadata on. */
const NOT_PUBLIC_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
].map(parseRange);

const GLOBAL_UNICAST_V6 = parseRange('2000::/3');

/** Inside 2000::/3: protocol assignments with Teredo, ORCHID and benchmarking; documentation; AS112. */
const NOT_PUBLIC_V6 = ['2001::/23', '2001:db8::/32', '2620:4f:8000::/48', '3fff::/20'].map(parseRange);

/** Well-known NAT64 prefix (RFC 6052): the IPv4 address is in the last four bytes. */
const NAT64 = parseRange('64:ff9b::/96');
/** 6to4 (RFC 3056): the IPv4 address is in bytes 2 to 5. */
const SIX_TO_FOUR = parseRange('2002::/16');

/** A CIDR range such as `10.0.0.0/8`; throws for anything else. */
export function parseRange(cidr: string): AddressRange {
  const [address, bits] = ipaddr.parseCIDR(cidr);
  return [address, bits];
}

/** The address in its shortest spelling, IPv4-mapped IPv6 as IPv4; `undefined` when the text is no address. */
export function canonicalAddress(text: string): string | undefined {
  return isIP(text) === 0 || text.includes('%') ? undefined : ipaddr.process(text).toString();
}

/** Whether the whole internet means the same host by this (canonical) address, looking through NAT64 and 6to4. */
export function isPublicAddress(address: string): boolean {
  return isPublic(ipaddr.process(address));
}

export function isInRanges(address: string, ranges: readonly AddressRange[]): boolean {
  const parsed = ipaddr.process(address);
  return ranges.some((range) => matches(parsed, range));
}

/** Loopback, and the unspecified address, which Linux connects to loopback. */
export function isLoopbackAddress(address: string): boolean {
  const kind = ipaddr.process(address).range();
  return kind === 'loopback' || kind === 'unspecified';
}

function isPublic(address: Address): boolean {
  if (address instanceof ipaddr.IPv4) return !NOT_PUBLIC_V4.some((range) => matches(address, range));
  const bytes = address.toByteArray();
  if (matches(address, NAT64)) return isPublic(new ipaddr.IPv4(bytes.slice(12, 16)));
  if (matches(address, SIX_TO_FOUR)) return isPublic(new ipaddr.IPv4(bytes.slice(2, 6)));
  return matches(address, GLOBAL_UNICAST_V6) && !NOT_PUBLIC_V6.some((range) => matches(address, range));
}

function matches(address: Address, [base, bits]: AddressRange): boolean {
  if (address instanceof ipaddr.IPv4) return base instanceof ipaddr.IPv4 && address.match(base, bits);
  return base instanceof ipaddr.IPv6 && address.match(base, bits);
}
