interface Cookie {
  name: string;
  value: string;
  path: string;
}

/** Cookies of one browser towards one host: enough of RFC 6265 to walk through a login (name, value, path, removal). */
export class CookieJar {
  readonly #cookies = new Map<string, Cookie>();

  store(response: Response, url: URL): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const name = pair.slice(0, pair.indexOf('='));
      const value = pair.slice(pair.indexOf('=') + 1);
      const path = attribute(attributes, 'path') ?? url.pathname.replace(/\/[^/]*$/, '');
      const expires = attribute(attributes, 'expires');
      const key = `${name} ${path}`;
      if (value === '' || (expires && new Date(expires).getTime() <= 0)) this.#cookies.delete(key);
      else this.#cookies.set(key, { name, value, path });
    }
  }

  header(url: URL): Record<string, string> {
    const cookies = [...this.#cookies.values()].filter(
      ({ path }) => url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`),
    );
    return cookies.length === 0 ? {} : { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') };
  }
}

function attribute(attributes: readonly string[], name: string): string | undefined {
  return attributes.find((text) => text.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
}
