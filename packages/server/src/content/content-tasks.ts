/** Formats besides PDF that can be signed as they are. */
export type PlainFormat = 'txt' | 'xml' | 'html';

export interface PlainContent {
  format: PlainFormat;
  bytes: Uint8Array;
  /** XSLT 1.0 that shows an XML document; with `xml` only. */
  styleSheet?: Uint8Array | undefined;
}

/** What signers are shown in place of content that a browser would not show safely, or not readably, as it is. */
export interface Display {
  /** An HTML document in UTF-8 without script, form, link or address of anything. */
  html: Uint8Array;
  /** Whether something of the content cannot be shown: script, embedded content, pictures from elsewhere. */
  reduced: boolean;
}

export type ContentCheck =
  | { accepted: true; display?: Display }
  /** `part` is to blame. */
  | { accepted: false; part: 'content' | 'styleSheet'; message: string };
