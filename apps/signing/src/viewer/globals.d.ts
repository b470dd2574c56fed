/** Folder of pdf.js's character maps, fonts and decoders on the sign host, set by the build. */
declare const __PDFJS_DATA__: string;
