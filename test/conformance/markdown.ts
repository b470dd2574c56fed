/** The text without fenced code, which may contain anything. */
export function withoutCode(markdown: string): string {
  return markdown.replace(/^(```|~~~)[\s\S]*?^\1.*$/gm, '');
}

/** Targets of links and images. */
export function linkTargets(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)].map((match) => match[1]!);
}

/** Inline code that is a path from the root of the repository. */
export function quotedPaths(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/`([^`\n]+)`/g)]
    .map((match) => match[1]!)
    .filter((text) => /^(packages|apps|test|docs|scripts|examples|bench|\.ci)\/[\w.\-/*]*$/.test(text));
}

/** The fragments that the headings of a page can be linked by. */
export function headingAnchors(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/^#{1,6} +(.+)$/gm)].map((match) =>
    match[1]!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
