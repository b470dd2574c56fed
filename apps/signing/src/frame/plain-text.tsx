const ADDRESS = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/g;

/** Words of the sender: line breaks stay, web addresses are links, nothing else is interpreted. */
export function PlainText({ text }: { text: string }) {
  const parts = text.split(ADDRESS);
  return (
    <p className="plain-text">
      {parts.map((part, index) =>
        index % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the text does not change
          <a key={index} href={part} target="_blank" rel="noreferrer">
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </p>
  );
}
