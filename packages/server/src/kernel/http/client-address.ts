import ipaddr from 'ipaddr.js';

/**
 * What counts as one caller where callers are counted by address: an IPv4 address, or the first 64 bits of an IPv6
 * address, because whoever has one of these has all 2⁶⁴.
 */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toNormalizedString().replace(/%.*$/, '')}/64`);
  return `${network.toString()}/64`;
}
